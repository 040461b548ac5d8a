/**
 * Signed tokens (JWT, RFC 7519): who somebody is, in words that only the host's backend can have signed.
 *
 * Owns: which signatures and which claims count.
 * Does not own: the keys (keys.ts, key-set.ts), what the rights mean (identity.ts).
 * Always holds:
 *  - a key is used with the algorithms of its own kind alone, whatever the token's header says: no `none`,
 *    no public key taken for a shared secret (RFC 8725 §3.1);
 *  - why a token does not count is for the log, and never repeats any of it.
 */
import type { KeyObject } from 'node:crypto'
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose'
import type { Clock } from '../clock.js'
import { Refused } from '../refusal.js'
import { BadIdentity, type Identity, readFace, readRights } from './identity.js'
import type { KeySet } from './key-set.js'

/** A key and the algorithms that it is for. */
export interface VerifyingKey {
  readonly key: KeyObject
  readonly algorithms: readonly string[]
}

export interface TokenRules {
  readonly keys: readonly VerifyingKey[]
  readonly keySet: KeySet | undefined
  /** What `iss` has to be, where that is set. */
  readonly issuer: string | undefined
  /** What `aud` has to hold, where that is set. */
  readonly audience: string | undefined
  /** Longest time from `iat` to `exp`, in milliseconds: as long a revocation has to be remembered. */
  readonly maxTokenAgeMs: number
  readonly clock: Clock
}

/** How far ahead of ours the issuer's clock may be, in milliseconds: for `nbf` and `iat`. */
const CLOCK_SKEW_MS = 60_000
/** How long a token counts beyond its `exp`, in milliseconds, for what was under way. */
export const EXPIRY_LEEWAY_MS = 4_000

export const SECRET_ALGORITHMS = ['HS256'] as const
const PUBLIC_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

/**
 * Reads a token.
 * @throws Refused `unauthenticated`, or `auth-down` while keys cannot be had
 */
export async function verifyToken(token: string, rules: TokenRules): Promise<Identity> {
  try {
    return readIdentity(await verified(token, rules), rules)
  } catch (error) {
    if (error instanceof Refused) throw error
    // jose's messages name the claim or the rule, and no value.
    if (error instanceof errors.JOSEError || error instanceof BadIdentity) throw new Refused('unauthenticated', `token: ${error.message}`)
    throw error
  }
}

async function verified(token: string, { keys, keySet, issuer, audience, clock }: TokenRules): Promise<JWTPayload> {
  const { alg = 'none' } = decodedHeader(token)
  const own = keys.find(({ algorithms }) => algorithms.includes(alg))
  const source = own ?? (keySet && PUBLIC_ALGORITHMS.includes(alg) ? { key: keySet.get, algorithms: PUBLIC_ALGORITHMS } : undefined)
  if (!source) throw new Refused('unauthenticated', 'token: signed with an algorithm for which there is no key')
  const options = {
    algorithms: [...source.algorithms],
    requiredClaims: ['exp', 'iat', 'sub'],
    clockTolerance: CLOCK_SKEW_MS / 1000,
    currentDate: new Date(clock.date()),
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  }
  const { key } = source
  return typeof key === 'function' ? verifiedByOneOf(token, key, options) : (await jwtVerify(token, key, options)).payload
}

/** Where the token names no key and several would do, one of them has to fit. */
async function verifiedByOneOf(token: string, key: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, key, options)).payload
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    for await (const candidate of error) {
      try {
        return (await jwtVerify(token, candidate, options)).payload
      } catch (reason) {
        if (!(reason instanceof errors.JWSSignatureVerificationFailed)) throw reason
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}

function decodedHeader(token: string): { alg?: string } {
  try {
    return decodeProtectedHeader(token)
  } catch {
    // jose throws a TypeError here.
    throw new Refused('unauthenticated', 'token: not a JWT')
  }
}

function readIdentity(claims: JWTPayload, { maxTokenAgeMs, clock }: TokenRules): Identity {
  // jose has checked that both are numbers.
  const issuedAt = (claims.iat ?? 0) * 1000
  const expiresAt = (claims.exp ?? 0) * 1000
  if (clock.date() > expiresAt + EXPIRY_LEEWAY_MS) throw new BadIdentity('it has expired')
  if (issuedAt > clock.date() + CLOCK_SKEW_MS) throw new BadIdentity('"iat" lies in the future')
  if (expiresAt - issuedAt > maxTokenAgeMs) throw new BadIdentity('its life is longer than COWRITE_MAX_TOKEN_AGE_MS')
  const { sub, name, color, avatar, picture, rights, doc, role } = claims
  const face = readFace({ id: sub, name, color, avatar: avatar ?? picture })
  return { ...face, rights: readRights({ rights, doc, role }), issuedAt, expiresAt: expiresAt + EXPIRY_LEEWAY_MS }
}
