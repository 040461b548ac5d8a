/**
 * The people here, as a row of round initials.
 *
 * Owns: the row; one entry per person however many tabs; oneself first; what does not fit as "+N";
 * saying who came and went; showing who is followed.
 * Does not own: who is here (core/person.ts), following (core/follow.ts), or what a press on oneself opens.
 */
import { initialsOf, textColorOn, type Person } from '../core/person.js'
import type { Ui } from './context.js'
import { el, focusedNear, setAttr } from './dom.js'
import { icon } from './icons.js'

/** Most faces shown in a row, oneself included; where there is little room, fewer. */
const MOST_FACES = { wide: 6, slim: 3 } as const

export interface PresenceView {
  readonly element: HTMLElement
  /** Says who is followed, with a button that ends it; hidden while nobody is. */
  readonly banner: HTMLElement
  show(people: readonly Person[]): void
  /** @param key of the person who is followed now. */
  showFollowed(key: string | undefined): void
  destroy(): void
}

export interface PresenceOptions {
  /** The person pressed their own face; without it that is no button. */
  onSelf?(): void
  /** The person wants to follow somebody, or nobody any more. */
  onFollow?(key: string | undefined): void
}

export function createPresenceView(ui: Pick<Ui, 't' | 'announcer' | 'width'>, { onSelf, onFollow }: PresenceOptions): PresenceView {
  const { t } = ui
  const element = el('ul', { class: 'ce-people', attrs: { 'aria-label': t('people.label') } })
  const words = el('span')
  const stop = el(
    'button',
    { class: 'ce-follow-stop', attrs: { type: 'button' }, on: { click: () => onFollow?.(undefined) } },
    t('people.stopFollowing'),
    icon('close'),
  )
  const banner = el('div', { class: 'ce-follow', attrs: { hidden: true } }, words, stop)
  let people: readonly Person[] = []
  let known: ReadonlyMap<string, string> | undefined
  let followed: string | undefined

  const face = (person: Person): HTMLElement => {
    const isFollowed = person.key === followed
    const { name } = person
    const press = person.isSelf ? onSelf : onFollow && (() => onFollow(isFollowed ? undefined : person.key))
    const label = person.isSelf
      ? t(press ? 'people.selfAction' : 'people.self', { name })
      : press === undefined ? name : t(isFollowed ? 'people.unfollow' : 'people.follow', { name })
    const element = press
      ? el('button', { class: 'ce-face', attrs: { type: 'button', 'aria-label': label, 'data-person': person.key }, on: { click: press } })
      : el('span', { class: 'ce-face', attrs: { role: 'img', 'aria-label': label } })
    element.classList.toggle('is-self', person.isSelf)
    element.classList.toggle('is-followed', isFollowed)
    if (press && !person.isSelf) setAttr(element, 'aria-pressed', String(isFollowed))
    setAttr(element, 'data-tip', person.isSelf ? t('people.self', { name }) : press ? t('people.followTip', { name }) : name)
    paint(element, person)
    return element
  }
  const render = (): void => {
    const most: number = ui.width.isSlim ? MOST_FACES.slim : MOST_FACES.wide
    const shown = people.length <= most ? people : people.slice(0, most - 1)
    const hidden = people.slice(shown.length)
    const focused = element.contains(focusedNear(element)) ? focusedNear(element)?.getAttribute('data-person') : undefined
    element.replaceChildren(...shown.map((person) => el('li', {}, face(person))))
    if (hidden.length > 0) element.append(el('li', {}, more(hidden, t)))
    if (focused !== undefined) {
      const buttons = [...element.querySelectorAll('button')]
      ;(buttons.find((button) => button.dataset['person'] === focused) ?? buttons[0])?.focus()
    }
    const name = people.find(({ key }) => key === followed)?.name
    setAttr(banner, 'hidden', name === undefined)
    if (name !== undefined) words.textContent = t('people.following', { name })
  }
  const stopWatching = ui.width.onChange(render)

  return {
    element,
    banner,
    show: (next) => {
      if (sameFaces(people, next)) return
      people = next
      render()
      const now = new Map(next.filter(({ isSelf }) => !isSelf).map(({ key, name }) => [key, name]))
      if (known !== undefined) announceChange(ui, known, now)
      known = now
    },
    showFollowed: (key) => {
      if (key === followed) return
      const before = people.find((person) => person.key === followed)?.name
      followed = key
      render()
      const name = people.find((person) => person.key === key)?.name
      if (name !== undefined) ui.announcer.say(t('people.following', { name }))
      else if (before !== undefined) ui.announcer.say(t('people.followEnded', { name: before }))
    },
    destroy: stopWatching,
  }
}

const sameFaces = (a: readonly Person[], b: readonly Person[]): boolean =>
  a.length === b.length &&
  a.every(({ key, name, color, isSelf }, index) => {
    const other = b[index]!
    return key === other.key && name === other.name && color === other.color && isSelf === other.isSelf
  })

function paint(element: HTMLElement, { name, color }: Person): void {
  // Drawn by the style sheet: initials are a picture, not a text that the name would have to repeat.
  setAttr(element, 'data-initials', initialsOf(name))
  element.style.setProperty('--ce-person', color)
  element.style.setProperty('--ce-person-fg', textColorOn(color))
}

function more(hidden: readonly Person[], t: Ui['t']): HTMLElement {
  const names = hidden.slice(0, 12).map(({ name }) => name).join(', ') + (hidden.length > 12 ? ', …' : '')
  const label = t('people.more', { count: hidden.length, names })
  return el('span', {
    class: 'ce-face is-more',
    attrs: { role: 'img', 'aria-label': label, 'data-tip': names, 'data-initials': `+${hidden.length}` },
  })
}

function announceChange(
  { t, announcer }: Pick<Ui, 't' | 'announcer'>,
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): void {
  const came = [...now].filter(([key]) => !before.has(key)).map(([, name]) => name)
  const went = [...before].filter(([key]) => !now.has(key)).map(([, name]) => name)
  const words = [
    came.length > 3 ? t('people.manyJoined', { count: came.length }) : came.length > 0 && t('people.joined', { names: came.join(', ') }),
    went.length > 3 ? t('people.manyLeft', { count: went.length }) : went.length > 0 && t('people.left', { names: went.join(', ') }),
  ].filter((text) => text !== false)
  if (words.length > 0) announcer.say(words.join('. '))
}
