/**
 * The browser tab around a provider, where there is one.
 *
 * Owns: which events say "look at the network now" and "this may be the end", whether the tab is to be seen, and the question before it closes.
 * Does not own: what is done about either.
 * Always holds: outside a browser everything here does nothing; what was registered can be taken back.
 */

/** The window, where there is one that has events. */
const tabWindow = (): Window | undefined =>
  typeof window !== 'undefined' && typeof window.addEventListener === 'function' ? window : undefined

/**
 * Calls back when the network may have changed unnoticed: the browser went on or off line, the tab came
 * to the front, the page came back from the back-forward cache or from sleep.
 * Sockets that died meanwhile often raise no event (yjs/y-websocket#139).
 * @returns takes it back.
 */
export function onWake(listener: () => void): () => void {
  const tab = tabWindow()
  if (!tab) return () => undefined
  const { document } = tab
  const onVisibility = (): void => {
    if (document.visibilityState === 'visible') listener()
  }
  tab.addEventListener('online', listener)
  tab.addEventListener('offline', listener)
  tab.addEventListener('pageshow', listener)
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    tab.removeEventListener('online', listener)
    tab.removeEventListener('offline', listener)
    tab.removeEventListener('pageshow', listener)
    document.removeEventListener('visibilitychange', onVisibility)
  }
}

/** Calls back when the tab goes to the back, or away: it may never run again. @returns takes it back. */
export function onHide(listener: () => void): () => void {
  const tab = tabWindow()
  if (!tab) return () => undefined
  const { document } = tab
  const onVisibility = (): void => {
    if (document.visibilityState === 'hidden') listener()
  }
  tab.addEventListener('pagehide', listener)
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    tab.removeEventListener('pagehide', listener)
    document.removeEventListener('visibilitychange', onVisibility)
  }
}

/** Whether somebody may be looking at it. */
export const isTabVisible = (): boolean => tabWindow()?.document.visibilityState === 'visible'

/**
 * A guard that makes the browser ask before the tab closes while it is up. The listener is registered only
 * then, since with it a page may not be kept in the back-forward cache.
 */
export function createTabGuard(wanted: boolean): { set(up: boolean): void } {
  const tab = wanted ? tabWindow() : undefined
  let isUp = false
  // A listener of its own: several documents in one tab must not take each other's guard down.
  const listener = (event: BeforeUnloadEvent): void => {
    if (!isUp) return
    event.preventDefault()
    // Chrome before 119 asks only when this is set.
    event.returnValue = true
  }
  return {
    set(up) {
      if (up === isUp) return
      isUp = up
      if (!up) tab?.removeEventListener('beforeunload', listener)
      else tab?.addEventListener('beforeunload', listener)
    },
  }
}
