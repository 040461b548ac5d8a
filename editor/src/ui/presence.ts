/**
 * The people here, as a row of round initials.
 *
 * Owns: the row; one entry per person however many tabs; oneself first; what does not fit as "+N";
 * saying who came and went.
 * Does not own: who is here (core/person.ts), or what a press on oneself opens.
 */
import { initialsOf, textColorOn, type Person } from '../core/person.js'
import type { Announcer } from './announce.js'
import { el, focusedNear, setAttr } from './dom.js'

/** Most faces shown in a row, oneself included; a narrow page shows fewer. */
const MOST_FACES = { wide: 6, narrow: 3 } as const

export interface PresenceView {
  readonly element: HTMLElement
  show(people: readonly Person[]): void
  destroy(): void
}

/** @param onSelf called when the person presses their own face; without it that is no button. */
export function createPresenceView(announcer: Announcer, onSelf?: () => void): PresenceView {
  const element = el('ul', { class: 'ce-people', attrs: { 'aria-label': 'People here' } })
  const narrow = matchMedia('(max-width: 40rem)')
  let people: readonly Person[] = []
  let known: ReadonlyMap<string, string> | undefined

  const render = (): void => {
    const room: number = narrow.matches ? MOST_FACES.narrow : MOST_FACES.wide
    const shown = people.length <= room ? people : people.slice(0, room - 1)
    const hidden = people.slice(shown.length)
    const hadFocus = element.contains(focusedNear(element))
    element.replaceChildren(...shown.map((person) => el('li', {}, face(person, onSelf))))
    if (hidden.length > 0) element.append(el('li', {}, more(hidden)))
    if (hadFocus) element.querySelector('button')?.focus()
  }
  narrow.addEventListener('change', render)

  return {
    element,
    show: (next) => {
      if (sameFaces(people, next)) return
      people = next
      render()
      const now = new Map(next.filter(({ isSelf }) => !isSelf).map(({ key, name }) => [key, name]))
      if (known !== undefined) announceChange(announcer, known, now)
      known = now
    },
    destroy: () => narrow.removeEventListener('change', render),
  }
}

const sameFaces = (a: readonly Person[], b: readonly Person[]): boolean =>
  a.length === b.length &&
  a.every(({ key, name, color, isSelf }, index) => {
    const other = b[index]!
    return key === other.key && name === other.name && color === other.color && isSelf === other.isSelf
  })

function face(person: Person, onSelf: (() => void) | undefined): HTMLElement {
  const initials = initialsOf(person.name)
  const self = person.isSelf ? `${person.name} (you)` : person.name
  const label = person.isSelf && onSelf ? `${self}. Change your name` : self
  const element = person.isSelf && onSelf
    ? el('button', { class: 'ce-face is-self', attrs: { type: 'button', 'aria-label': label }, on: { click: onSelf } })
    : el('span', { class: person.isSelf ? 'ce-face is-self' : 'ce-face', attrs: { role: 'img', 'aria-label': label } })
  // Drawn by the style sheet: initials are a picture, not a text that the name would have to repeat.
  setAttr(element, 'data-initials', initials)
  element.style.setProperty('--ce-person', person.color)
  element.style.setProperty('--ce-person-fg', textColorOn(person.color))
  setAttr(element, 'data-tip', self)
  return element
}

function more(hidden: readonly Person[]): HTMLElement {
  const names = hidden.slice(0, 12).map(({ name }) => name).join(', ') + (hidden.length > 12 ? ', …' : '')
  const label = `${hidden.length} more: ${names}`
  return el('span', {
    class: 'ce-face is-more',
    attrs: { role: 'img', 'aria-label': label, 'data-tip': names, 'data-initials': `+${hidden.length}` },
  })
}

function announceChange(announcer: Announcer, before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): void {
  const came = [...now].filter(([key]) => !before.has(key)).map(([, name]) => name)
  const went = [...before].filter(([key]) => !now.has(key)).map(([, name]) => name)
  const say = (names: readonly string[], verb: string): string | undefined =>
    names.length === 0 ? undefined : names.length <= 3 ? `${names.join(', ')} ${verb}` : `${names.length} people ${verb}`
  const words = [say(came, 'joined'), say(went, 'left')].filter((text) => text !== undefined)
  if (words.length > 0) announcer.say(words.join('. '))
}
