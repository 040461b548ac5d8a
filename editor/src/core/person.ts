/**
 * Who somebody is to the others: what a presence state says about its person, made safe to show.
 *
 * Owns: reading names and colours out of awareness states, which any peer may fill with anything,
 * and grouping the states of one person's tabs.
 * Does not own: who may claim which name (the server's matter) or how people are drawn.
 * Always holds: a name is 1 to MAX_NAME_LENGTH visible characters, a color is `#rrggbb`.
 */

/** Longest name shown, in UTF-16 units. */
export const MAX_NAME_LENGTH = 60

/** Colours on which white text reaches at least 4.5:1 (WCAG 1.4.3), far enough apart to tell people by. */
export const PERSON_COLORS = [
  '#b3261e', '#a8470a', '#7d5a00', '#4c6a00', '#1e7a3c', '#00766c',
  '#0b6fa4', '#2f5fd0', '#5b4bd6', '#8a3ab9', '#b0257f', '#6d5548',
] as const

/** What this person says about themselves. */
export interface UserInfo {
  /** Same in all of a person's tabs; without one each tab counts as a person. */
  readonly id?: string
  readonly name: string
  readonly color?: string
}

/** One person here now, with all their tabs. */
export interface Person {
  readonly key: string
  readonly name: string
  readonly color: string
  /** Yjs client ids of the person's tabs, ascending. */
  readonly clientIds: readonly number[]
  readonly isSelf: boolean
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** A short number from a text, the same everywhere (FNV-1a, 32 bit). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

/** The colour of a person who chose none. */
export const colorOf = (key: string): string => PERSON_COLORS[hashText(key) % PERSON_COLORS.length]!

/**
 * A name fit to be shown: control, format and bidi-override characters gone, spaces joined, shortened.
 * @returns '' when nothing visible is left.
 */
export function cleanName(name: unknown): string {
  if (typeof name !== 'string') return ''
  const visible = name.slice(0, 4 * MAX_NAME_LENGTH).replace(/\p{C}/gu, ' ').replace(/\s+/g, ' ').trim()
  return visible.length <= MAX_NAME_LENGTH ? visible : `${visible.slice(0, MAX_NAME_LENGTH - 1).trimEnd()}…`
}

/** `#rrggbb` or undefined: the only form that y-tiptap's carets take without complaint. */
export const cleanColor = (color: unknown): string | undefined =>
  typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color) ? color.toLowerCase() : undefined

/** The person a presence state describes; a state that says nothing usable is somebody without a name. */
export function personOf(state: unknown, clientId: number, nameless = 'Someone'): Omit<Person, 'clientIds' | 'isSelf'> {
  const user = isRecord(state) && isRecord(state['user']) ? state['user'] : {}
  const id = typeof user['id'] === 'string' && user['id'].length <= 128 ? user['id'] : ''
  const key = id === '' ? `client ${clientId}` : `id ${id}`
  return { key, name: cleanName(user['name']) || nameless, color: cleanColor(user['color']) ?? colorOf(key) }
}

/** Everybody here: oneself first, the others by name; a person's tabs in one entry. */
export function peopleOf(states: ReadonlyMap<number, unknown>, ownClientId: number, nameless?: string): Person[] {
  const people = new Map<string, Person>()
  for (const [clientId, state] of [...states].sort(([a], [b]) => a - b)) {
    if (!isRecord(state) || !isRecord(state['user'])) continue // a client without a face: a bot, or not set up yet
    const person = personOf(state, clientId, nameless)
    const known = people.get(person.key)
    const isSelf = clientId === ownClientId
    people.set(person.key, {
      ...(known === undefined || isSelf ? person : { key: known.key, name: known.name, color: known.color }),
      clientIds: [...(known?.clientIds ?? []), clientId],
      isSelf: isSelf || (known?.isSelf ?? false),
    })
  }
  return [...people.values()].sort(
    (a, b) => Number(b.isSelf) - Number(a.isSelf) || a.name.localeCompare(b.name) || (a.key < b.key ? -1 : 1),
  )
}

/** Black or white, whichever reads better on this `#rrggbb` (relative luminance of WCAG 2). */
export function textColorOn(color: string): '#000000' | '#ffffff' {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  // White contrasts (1.05)/(L+.05), black (L+.05)/.05: equal at L = 0.179.
  return luminance > 0.179 ? '#000000' : '#ffffff'
}

/** Up to two letters that stand for a name: first letters of its first and last word. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== '')
  const first = [...(words[0] ?? '?')][0] ?? '?'
  const last = words.length > 1 ? ([...words.at(-1)!][0] ?? '') : ''
  return (first + last).toLocaleUpperCase()
}
