/** A browser tab around the test: happy-dom's window as the global one. */
import { Window } from 'happy-dom'
import { onTestFinished, vi } from 'vitest'

export interface FakeTab {
  /** Raises an event at the window. */
  raise(type: 'online' | 'offline' | 'pageshow'): void
  /** Turns the tab to the front or to the back. */
  show(isVisible: boolean): void
  /** Tries to close the tab. @returns whether the browser would ask first. */
  asksBeforeClosing(): boolean
}

/** Until the end of the test there is a tab. Open it before what lives in it. */
export function openTab(): FakeTab {
  const window = new Window()
  vi.stubGlobal('window', window)
  vi.stubGlobal('document', window.document)
  onTestFinished(() => void vi.unstubAllGlobals())
  return {
    raise: (type) => window.dispatchEvent(new window.Event(type)),
    show(isVisible) {
      Object.defineProperty(window.document, 'visibilityState', {
        configurable: true,
        value: isVisible ? 'visible' : 'hidden',
      })
      window.document.dispatchEvent(new window.Event('visibilitychange'))
    },
    asksBeforeClosing() {
      const event = new window.Event('beforeunload', { cancelable: true })
      window.dispatchEvent(event)
      return event.defaultPrevented
    },
  }
}
