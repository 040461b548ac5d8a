/**
 * Tokens as a host's backend makes them, with nothing but Node's own cryptography.
 *
 * Owns: signing what a test says, also what no backend should.
 * Does not own: reading tokens (server/): none of the code under test is used here.
 */
import { createHmac, createSign, type KeyObject, sign } from 'node:crypto'

export const SECRET = 'a secret of at least thirty-two bytes, for tests'

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token with these header fields and claims; `signWith` gets what is to be signed. */
export function tokenWith(header: Record<string, unknown>, claims: unknown, signWith: (input: string) => Buffer): string {
  const input = `${base64url({ typ: 'JWT', ...header })}.${base64url(claims)}`
  return `${input}.${signWith(input).toString('base64url')}`
}

export interface Claims {
  readonly [claim: string]: unknown
  readonly iat?: number
  readonly exp?: number
}

/** Fills in a user, a write right to everything, and a life of ten minutes from `now` (milliseconds since 1970). */
export const claimsOf = (claims: Claims, now: number): Claims => {
  const seconds = Math.floor(now / 1000)
  const rights = 'doc' in claims || 'role' in claims ? {} : { rights: [{ prefix: '', role: 'write' }] }
  return { sub: 'ada', iat: seconds, exp: seconds + 600, ...rights, ...claims }
}

/** Signed with the shared secret. */
export const tokenOf = (claims: Claims = {}, now = Date.now(), secret = SECRET): string =>
  tokenWith({ alg: 'HS256' }, claimsOf(claims, now), (input) => createHmac('sha256', secret).update(input).digest())

/** Signed with a private key, by the algorithm that the header names. */
export function tokenBy(key: KeyObject, header: { alg: string; kid?: string }, claims: Claims = {}, now = Date.now()): string {
  return tokenWith(header, claimsOf(claims, now), (input) => {
    if (header.alg === 'EdDSA') return sign(null, Buffer.from(input), key)
    const hash = `sha${header.alg.slice(2)}`
    if (header.alg.startsWith('ES')) return sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
    return createSign(hash).update(input).sign(key)
  })
}
