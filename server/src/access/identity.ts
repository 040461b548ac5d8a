/**
 * Who somebody is, and what they may do where.
 *
 * Owns: an identity and its rights as read from a token or from the host's backend, and which right
 * holds for a document.
 * Does not own: whether the words are to be believed (tokens.ts, authorize-callback.ts).
 * Always holds: what is not granted is not allowed; bad words make no identity, never a weaker one.
 */
import { type Face, isDocumentName, isRole, type Role } from '@cowrite/protocol'
import { globMatches } from './glob.js'

/** One line of the rights: which documents, and what may be done there. */
export type Right = ({ readonly document: string } | { readonly prefix: string } | { readonly glob: string }) & { readonly role: Role }

export interface Identity extends Face {
  /** The first that matches a document holds; where none does, the role is `none`. */
  readonly rights: readonly Right[]
  /** When somebody vouched for this, in milliseconds since 1970: what was revoked since then is void. */
  readonly issuedAt: number
  /** Until when it counts, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** Longest id, name and address of a picture, in UTF-16 units. */
const MAX_ID = 200
const MAX_NAME = 200
const MAX_AVATAR = 2_048
/** Lines of rights in one token; its length bounds them too. */
const MAX_RIGHTS = 1_000
/** Longest prefix or glob, in UTF-16 units: as long as a name can be. */
const MAX_PATTERN = 512

/** The role that these rights give in this document. */
export function roleIn(rights: readonly Right[], document: string): Role {
  return rights.find((right) => matches(right, document))?.role ?? 'none'
}

/** Whether these rights give the role `admin` in every document that there could be: none before the one for all gives less. */
export function isAdminEverywhere(rights: readonly Right[]): boolean {
  const last = rights.findIndex((right) => ('prefix' in right && right.prefix === '') || ('glob' in right && right.glob === '**'))
  return last !== -1 && rights.slice(0, last + 1).every(({ role }) => role === 'admin')
}

function matches(right: Right, document: string): boolean {
  if ('document' in right) return right.document === document
  if ('prefix' in right) return document.startsWith(right.prefix)
  return globMatches(right.glob, document)
}

/** Words that make no identity. The message says which, and never repeats them. */
export class BadIdentity extends Error {
  override readonly name = 'BadIdentity'
}

/**
 * The person that these words describe. A color or picture that is not fit to be shown is left out.
 * @throws BadIdentity
 */
export function readFace(words: { id: unknown; name: unknown; color: unknown; avatar: unknown }): Face {
  const { id, name, color, avatar } = words
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID) throw new BadIdentity(`the user id is not a text of 1 to ${MAX_ID} characters`)
  if (name !== undefined && (typeof name !== 'string' || name.length > MAX_NAME)) throw new BadIdentity(`the name is not a text of at most ${MAX_NAME} characters`)
  return {
    id,
    ...(name !== undefined && name.trim() !== '' && { name }),
    ...(typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color) && { color }),
    ...(typeof avatar === 'string' && avatar.length <= MAX_AVATAR && /^https?:\/\//i.test(avatar) && URL.canParse(avatar) && { avatar }),
  }
}

/**
 * The rights that these words describe: a list, or one document and a role.
 * @throws BadIdentity
 */
export function readRights(words: { rights: unknown; doc: unknown; role: unknown }): Right[] {
  const { rights, doc, role } = words
  if (rights === undefined && doc === undefined && role === undefined) return []
  if (rights === undefined) return [readRight({ document: doc, role })]
  if (doc !== undefined || role !== undefined) throw new BadIdentity('rights stand beside doc and role: only one of the two may be there')
  if (!Array.isArray(rights) || rights.length > MAX_RIGHTS) throw new BadIdentity(`the rights are not a list of at most ${MAX_RIGHTS}`)
  return rights.map(readRight)
}

function readRight(value: unknown): Right {
  if (typeof value !== 'object' || value === null) throw new BadIdentity('a right is not an object')
  const { document, prefix, glob, role } = value as Record<string, unknown>
  if (!isRole(role)) throw new BadIdentity('a role is none of none, read, comment, write, admin')
  const given = [document, prefix, glob].filter((pattern) => pattern !== undefined)
  if (given.length !== 1) throw new BadIdentity('a right has exactly one of document, prefix and glob')
  if (typeof given[0] !== 'string' || given[0].length > MAX_PATTERN) throw new BadIdentity(`a document, prefix or glob is not a text of at most ${MAX_PATTERN} characters`)
  if (typeof prefix === 'string') return { prefix, role }
  if (typeof glob === 'string') return { glob, role }
  if (typeof document !== 'string' || !isDocumentName(document)) throw new BadIdentity('a document has no valid name')
  return { document, role }
}
