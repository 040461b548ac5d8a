/**
 * Who comes in: from a token to an identity, as the settings have it.
 *
 * Owns: the ways of logging in, and what somebody may do in a document.
 * Does not own: open connections (live.ts).
 * Always holds: without a way of logging in everybody may do everything, and the server listens on
 * loopback only, unless its operator said `COWRITE_AUTH=none` (login-mode.ts).
 */
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.js'
import type { Settings } from '../config.js'
import type { Log } from '../log.js'
import { Refused } from '../refusal.js'
import { type Access, mayRead, OPEN_ACCESS } from './access.js'
import { AuthorizeCallback } from './authorize-callback.js'
import { type Identity, roleIn } from './identity.js'
import { KeySet } from './key-set.js'
import { readPublicKey, readSecret, secretKey } from './keys.js'
import { authMode } from './login-mode.js'
import type { Revocations } from './revocations.js'
import { tokenOf } from './token-place.js'
import { type TokenRules, verifyToken } from './tokens.js'

/** From a token to who that is. `isFresh`: nothing remembered counts. @throws Refused */
type Identify = (token: string | undefined, document: string, isFresh?: boolean) => Promise<Identity>

export interface Door {
  /** Undefined where nobody logs in. */
  readonly identify: Identify | undefined
  /** Whether what a token is worth can be asked again, and so may last longer than was said at first. */
  readonly asksAgain: boolean
  /** What this person may do in this document now. */
  accessOf(identity: Identity, document: string): Access
  /** What the sender of a request may do in this document. @throws Refused */
  accessFor(request: IncomingMessage, document: string): Promise<Access>
  /**
   * Who signed in with a token of our own, where no document is meant. The host's backend is not asked: it answers
   * for documents. @throws Refused, `forbidden` where nobody logs in
   */
  signerOf(request: IncomingMessage): Promise<Identity>
}

export interface DoorParts {
  readonly clock: Clock
  readonly log: Log
  readonly revocations: Revocations
}

/** @throws SettingError when a key cannot be used */
export function makeDoor(settings: Settings, parts: DoorParts): Door {
  const byToken = tokenReader(settings, parts)
  const identify = byToken && identifyBy(settings, parts, byToken)
  const accessOf = (identity: Identity, document: string): Access => ({
    identity,
    role: parts.revocations.roleOf(identity, document) ?? roleIn(identity.rights, document),
  })
  return {
    identify,
    asksAgain: authMode(settings) === 'callback',
    accessOf,
    accessFor: async (request, document) => {
      if (!identify) return OPEN_ACCESS
      const access = accessOf(await identify(tokenOf(request), document), document)
      if (!mayRead(access)) throw new Refused('forbidden', 'no right to this document')
      return access
    },
    signerOf: async (request) => {
      if (!byToken) throw new Refused('forbidden', 'nobody logs in here')
      const identity = await byToken(tokenOf(request))
      if (parts.revocations.isRestricted(identity)) throw new Refused('forbidden', 'rights of this token were taken away')
      return identity
    },
  }
}

/** Reads the tokens that the keys of the settings sign. */
function tokenReader(settings: Settings, { clock, log }: DoorParts): ((token: string | undefined) => Promise<Identity>) | undefined {
  const mode = authMode(settings)
  if (mode === 'none' || mode === 'unset') return undefined
  const { secret, jwtPublicKey, jwksUrl, jwtIssuer, jwtAudience, maxTokenAgeMs } = settings
  const rules: TokenRules = {
    keys: [...(secret === '' ? [] : [secretKey(readSecret(secret))]), ...(jwtPublicKey === '' ? [] : [readPublicKey(jwtPublicKey)])],
    keySet: jwksUrl === '' ? undefined : new KeySet({ url: jwksUrl, clock, log }),
    issuer: jwtIssuer || undefined,
    audience: jwtAudience || undefined,
    maxTokenAgeMs,
    clock,
  }
  return async (token) => {
    if (token === undefined) throw new Refused('unauthenticated', 'no token')
    return verifyToken(token, rules)
  }
}

function identifyBy(settings: Settings, { clock, log }: DoorParts, byToken: (token: string | undefined) => Promise<Identity>): Identify {
  if (authMode(settings) !== 'callback') return byToken
  const callback = new AuthorizeCallback({ url: settings.authorizeUrl, secret: readSecret(settings.secret), clock, log })
  return async (token, document, isFresh) => {
    // Tokens of our own (`cowrite token`, the backend's calls of the API) are good in every mode.
    const own = await byToken(token).catch(() => undefined)
    return own ?? callback.ask(token, document, isFresh)
  }
}
