/**
 * Who may do what, on the wire: the roles, and the message with which tokens are renewed and rights told.
 *
 * Owns: the order of the roles, message type 105 in both directions, and where a token stands in
 * `Sec-WebSocket-Protocol`.
 * Does not own: what a token holds or proves, which message needs which role (server/access).
 * Always holds: the server sends type 105 only to clients that speak it: those that offered the
 * subprotocol `cowrite`, or sent one themselves. Reading never throws, whatever came.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { REFUSALS, type RefusalCode } from './errors.js'
import { MessageType } from './messages.js'

/** From nothing to everything: each may do all that those before it may. */
export const ROLES = ['none', 'read', 'comment', 'write', 'admin'] as const
export type Role = (typeof ROLES)[number]

export const isRole = (value: unknown): value is Role => ROLES.includes(value as Role)

/** Whether this role may do what that one may. */
export const isAtLeast = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed)

/** What the server knows of a person and shows to the others. */
export interface Face {
  readonly id: string
  readonly name?: string
  readonly color?: string
  readonly avatar?: string
}

/** What the server tells a client of its rights. */
export interface AccessNotice {
  readonly role: Role
  /** Who the token says this is; absent where nobody logs in. */
  readonly user?: Face
  /** Milliseconds until the token no longer counts; absent when it stays valid. */
  readonly expiresIn?: number
  /** A change that this client sent was refused: it may only read. */
  readonly denied?: boolean
  /** Why the role is not what the login alone would give. */
  readonly because?: RefusalCode
  /** Why the token that was sent last does not count; the one before it still does. */
  readonly refused?: RefusalCode
}

/** From a client: its new token; without one, the wish to be told of its rights. */
export const encodeToken = (token: string): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MessageType.token)
    encoding.writeVarString(encoder, token)
  })

/** From the server: what the client may do, as JSON, so that later versions can say more. */
export const encodeAccess = (notice: AccessNotice): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MessageType.token)
    encoding.writeVarString(encoder, JSON.stringify(notice))
  })

/** Reads what follows the message number. @returns undefined when it is no notice that this version knows */
export function readAccess(decoder: decoding.Decoder): AccessNotice | undefined {
  try {
    const notice: unknown = JSON.parse(decoding.readVarString(decoder))
    return typeof notice === 'object' && notice !== null ? checkedNotice(notice as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function checkedNotice({ role, user, expiresIn, denied, because, refused }: Record<string, unknown>): AccessNotice | undefined {
  if (!isRole(role)) return undefined
  const face = faceOf(user)
  return {
    role,
    ...(face && { user: face }),
    ...(typeof expiresIn === 'number' && Number.isFinite(expiresIn) && { expiresIn }),
    ...(denied === true && { denied }),
    ...(typeof because === 'string' && because in REFUSALS && { because: because as RefusalCode }),
    ...(typeof refused === 'string' && refused in REFUSALS && { refused: refused as RefusalCode }),
  }
}

function faceOf(value: unknown): Face | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { id, name, color, avatar } = value as Record<string, unknown>
  if (typeof id !== 'string') return undefined
  const texts = Object.entries({ name, color, avatar }).filter(([, text]) => typeof text === 'string')
  return { id, ...Object.fromEntries(texts) }
}

/** The subprotocol that a client offers beside its token, and that the server answers. */
export const SUBPROTOCOL = 'cowrite'
const PLAIN_TOKEN = `${SUBPROTOCOL}.token.`
const ENCODED_TOKEN = `${SUBPROTOCOL}.token64.`

/** What a client offers in `Sec-WebSocket-Protocol` to log in with this token. */
export function subprotocolsFor(token: string): string[] {
  // A JWT fits as it is; other tokens may hold what RFC 6455 §4.1 does not allow there.
  return [SUBPROTOCOL, /^[\w.~+-]+$/.test(token) ? PLAIN_TOKEN + token : ENCODED_TOKEN + toBase64Url(token)]
}

/** Whether this offer carries a token, and so must never be answered or logged. */
export const isTokenSubprotocol = (offer: string): boolean => offer.startsWith(PLAIN_TOKEN) || offer.startsWith(ENCODED_TOKEN)

/** The token among the offers; undefined when there is none. */
export function tokenOfSubprotocols(offers: readonly string[]): string | undefined {
  for (const offer of offers) {
    if (offer.startsWith(PLAIN_TOKEN)) return offer.slice(PLAIN_TOKEN.length)
    if (offer.startsWith(ENCODED_TOKEN)) return fromBase64Url(offer.slice(ENCODED_TOKEN.length))
  }
  return undefined
}

function toBase64Url(text: string): string {
  const bytes = new TextEncoder().encode(text)
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64Url(text: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
