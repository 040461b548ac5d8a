/**
 * Document names: what is one, and how it stands in a URL path.
 *
 * Owns: the rule for names and the way from path to name and back.
 * Does not own: what a name may mean to storage or to a router.
 * Always holds: a name is opaque text of 1 to MAX_NAME_BYTES bytes in UTF-8; it is never a file path.
 */

/** Longest document name, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 512

const encoder = new TextEncoder()

/** A surrogate without its other half: with the `u` flag, halves of a pair do not match. */
const LONE_SURROGATE = /\p{Surrogate}/u

/** Whether this text may name a document. A lone surrogate has no UTF-8 form, so it may not. */
export function isDocumentName(name: string): boolean {
  if (name.length === 0 || name.length > MAX_NAME_BYTES || LONE_SURROGATE.test(name)) return false
  return encoder.encode(name).length <= MAX_NAME_BYTES
}

/**
 * The document that a request path names: what follows `prefix`, percent-decoded, slashes kept.
 * Stock y-websocket clients do not encode the name themselves, so a `%` that starts no escape
 * stands for itself.
 * @returns undefined when it names none.
 */
export function documentNameOfPath(path: string, prefix = '/'): string | undefined {
  if (!path.startsWith(prefix)) return undefined
  const query = path.indexOf('?')
  const encoded = path.slice(prefix.length, query === -1 ? undefined : query)
  try {
    const name = decodeURIComponent(encoded.replace(/%(?![0-9a-fA-F]{2})/g, '%25'))
    return isDocumentName(name) ? name : undefined
  } catch {
    return undefined // escapes that are not UTF-8
  }
}

/** The inverse: a name as a URL path below `prefix`, each segment encoded. */
export const pathOfDocumentName = (name: string, prefix = '/'): string =>
  prefix + name.split('/').map(encodeURIComponent).join('/')
