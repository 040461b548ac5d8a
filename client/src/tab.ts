/**
 * The browser tab around a provider, where there is one.
 *
 * Owns: which events say "look at the network now", and the question before the tab closes.
 * Does not own: what is done about either.
 * Always holds: outside a browser everything here does nothing; what was registered can be taken back.
 */

/** Whether there is a tab at all: a window that has events. */
const hasTab = (): boolean => typeof window !== 'undefined' && typeof window.addEventListener === 'function'

/**
 * Calls back when the network may have changed unnoticed: the browser went on or off line, the tab came
 * to the front, the page came back from the back-forward cache or from sleep.
 * Sockets that died meanwhile often raise no event (yjs/y-websocket#139).
 * @returns takes it back.
 */
export function onWake(listener: () => void): () => void {
  if (!hasTab()) return () => undefined
  const onVisibility = (): void => {
    if (document.visibilityState === 'visible') listener()
  }
  window.addEventListener('online', listener)
  window.addEventListener('offline', listener)
  window.addEventListener('pageshow', listener)
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    window.removeEventListener('online', listener)
    window.removeEventListener('offline', listener)
    window.removeEventListener('pageshow', listener)
    document.removeEventListener('visibilitychange', onVisibility)
  }
}

function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault()
  // Chrome before 119 asks only when this is set.
  event.returnValue = true
}

/**
 * A guard that makes the browser ask before the tab closes while it is up. The listener is registered only
 * then, since with it a page may not be kept in the back-forward cache.
 */
export function createTabGuard(wanted: boolean): { set(up: boolean): void } {
  let isUp = false
  return {
    set(up) {
      if (up === isUp || !wanted || !hasTab()) return
      isUp = up
      if (up) window.addEventListener('beforeunload', askBeforeLeaving)
      else window.removeEventListener('beforeunload', askBeforeLeaving)
    },
  }
}
