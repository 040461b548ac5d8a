/**
 * What may be written into the tag, and what it means.
 *
 * Owns: names, values and defaults of the attributes.
 * Does not own: `theme` and `toolbar`, which only the element's style sheet reads.
 * Always holds: a value that is not one of the list counts as the default.
 */
import { cleanColor, cleanName, type UserInfo } from '../core/person.js'

/** A change of these opens the document anew. */
export const OPENING_ATTRIBUTES = ['server', 'doc', 'offline', 'placeholder', 'label', 'features', 'lang'] as const

/** A change of these takes effect in the open document. */
export const LIVE_ATTRIBUTES = ['mode', 'user-id', 'user-name', 'user-color'] as const

export const EDIT_MODES = ['edit', 'view'] as const
/** `edit`, as far as the server allows it, or `view`: nobody can type here. */
export type EditMode = (typeof EDIT_MODES)[number]

export const modeOf = (element: Element): EditMode => (element.getAttribute('mode') === 'view' ? 'view' : 'edit')

/** `offline="off"` keeps nothing in this browser. */
export const keepsUnsaved = (element: Element): boolean => element.getAttribute('offline') !== 'off'

/** `features="-table -image"`: what the interface leaves out. The schema is the same for everybody. */
export const leftOut = (element: Element): ReadonlySet<string> =>
  new Set([...(element.getAttribute('features') ?? '').matchAll(/(?:^|\s)-([\w-]+)/g)].map(([, name]) => name!))

/** The person that the page names, if it names one. */
export function userOf(element: Element): UserInfo | undefined {
  const name = cleanName(element.getAttribute('user-name'))
  if (name === '') return undefined
  const id = element.getAttribute('user-id')
  const color = cleanColor(element.getAttribute('user-color'))
  return { name, ...(id && { id }), ...(color !== undefined && { color }) }
}
