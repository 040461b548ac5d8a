/**
 * Words for screen readers about what happens elsewhere: people coming and going, the connection.
 *
 * Owns: one polite live region and its pace.
 * Does not own: what is worth saying. The visible status is not live itself: it changes with every
 * pause in typing, and nobody wants that read out.
 * Always holds: at most one announcement per ANNOUNCE_EVERY_MS; of those that wait, the newest wins.
 */
import { englishTexts, type Texts } from '../i18n/texts.js'
import { el } from './dom.js'

/** Least time between two announcements, in milliseconds. */
export const ANNOUNCE_EVERY_MS = 3000

export interface Announcer {
  readonly element: HTMLElement
  say(text: string): void
  destroy(): void
}

/** A live region; put `element` into the page. */
export function createAnnouncer(texts: Texts = englishTexts): Announcer {
  const element = el('div', { class: 'ce-visually-hidden', attrs: { 'aria-live': 'polite', lang: texts.language } })
  let waiting: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const next = (): void => {
    timer = undefined
    if (waiting === undefined) return
    element.textContent = waiting
    waiting = undefined
    timer = setTimeout(next, ANNOUNCE_EVERY_MS)
  }
  return {
    element,
    say: (text) => {
      waiting = text
      if (timer === undefined) next()
    },
    destroy: () => clearTimeout(timer),
  }
}
