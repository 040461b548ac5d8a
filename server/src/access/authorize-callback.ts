/**
 * Asking the host's backend who may do what.
 *
 * Owns: the signed question, its time limit, what the answers mean, and remembering them for a moment.
 * Does not own: when it is asked (door.ts, live.ts).
 * Always holds:
 *  - nobody gets in on anything but a whole, valid answer with status 200;
 *  - 401 and 403 are final; every other failure is the backend's, not the client's: `auth-down`, which
 *    brings clients back;
 *  - a token is sent to the backend and nowhere else, and is remembered only as its hash.
 */
import { createHash, createHmac } from 'node:crypto'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { Refused } from '../refusal.js'
import { type Identity, readFace, readRights } from './identity.js'
import { boundedText, jsonOf, reasonOf } from './bounded-answer.js'
import { EXPIRY_LEEWAY_MS } from './tokens.js'

export interface CallbackOptions {
  readonly url: string
  readonly secret: Buffer
  readonly clock: Clock
  readonly log: Log
}

/** How long the backend may take, in milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000
/** Longest answer, in bytes. */
const MAX_ANSWER_BYTES = 64 * 1024
/** How long an answer is taken for the next question of the same kind, in milliseconds. */
const REMEMBER_MS = 10_000
/** Answers remembered at once. */
const MAX_REMEMBERED = 10_000
/** How long an answer counts on an open connection that does not say so itself, and at most, in seconds. */
const DEFAULT_EXPIRES_IN = 300
const MAX_EXPIRES_IN = 86_400

export class AuthorizeCallback {
  readonly #options: CallbackOptions
  /** By hash of token and document, oldest first. */
  readonly #answers = new Map<string, { readonly answer: Promise<Identity>; readonly at: number }>()

  constructor(options: CallbackOptions) {
    this.#options = options
  }

  /**
   * @param isFresh the answer must not be older than this call
   * @throws Refused `unauthenticated`, `forbidden`, `auth-down`
   */
  ask(token: string | undefined, document: string, isFresh = false): Promise<Identity> {
    const now = this.#options.clock.now()
    this.#forgetOld(now)
    const key = createHash('sha256').update(JSON.stringify([token ?? null, document])).digest('base64')
    const known = this.#answers.get(key)
    if (known && !isFresh) return known.answer
    const answer = this.#request(token, document)
    this.#answers.delete(key)
    this.#answers.set(key, { answer, at: now })
    answer.catch((error: unknown) => {
      // A backend that is down is asked again by the next who comes.
      const isFinal = error instanceof Refused && error.code !== 'auth-down'
      if (!isFinal && this.#answers.get(key)?.answer === answer) this.#answers.delete(key)
    })
    return answer
  }

  #forgetOld(now: number): void {
    for (const [key, { at }] of this.#answers) {
      if (now - at < REMEMBER_MS && this.#answers.size < MAX_REMEMBERED) return
      this.#answers.delete(key)
    }
  }

  async #request(token: string | undefined, document: string): Promise<Identity> {
    const { url, secret, clock, log } = this.#options
    const body = JSON.stringify({ token: token ?? null, document })
    const askedAt = clock.date()
    const timestamp = String(Math.floor(askedAt / 1000))
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
        headers: {
          'content-type': 'application/json',
          'cowrite-timestamp': timestamp,
          'cowrite-signature': `v1=${signatureOf(secret, timestamp, body)}`,
        },
        body,
      })
      if (response.status !== 200) void response.body?.cancel().catch(() => {})
      if (response.status === 401) throw new Refused('unauthenticated', 'the authorize callback answered 401')
      if (response.status === 403) throw new Refused('forbidden', 'the authorize callback answered 403')
      if (response.status !== 200) throw new Error(`status ${response.status}`)
      return readAnswer(jsonOf(await boundedText(response, MAX_ANSWER_BYTES)), document, askedAt)
    } catch (error) {
      if (error instanceof Refused) throw error
      log.error({ reason: reasonOf(error) }, 'the authorize callback failed')
      throw new Refused('auth-down', 'the authorize callback failed')
    }
  }
}

/** @param askedAt what was revoked since then makes the answer void */
function readAnswer(answer: unknown, document: string, askedAt: number): Identity {
  if (typeof answer !== 'object' || answer === null) throw new Error('the answer is not an object')
  const { user, role, expiresIn = DEFAULT_EXPIRES_IN } = answer as Record<string, unknown>
  const { id, name, color, avatar } = (user ?? {}) as Record<string, unknown>
  if (typeof expiresIn !== 'number' || !(expiresIn >= 1 && expiresIn <= MAX_EXPIRES_IN)) throw new Error(`expiresIn is not a number from 1 to ${MAX_EXPIRES_IN}`)
  return {
    ...readFace({ id, name, color, avatar }),
    rights: readRights({ rights: undefined, doc: document, role }),
    issuedAt: askedAt,
    expiresAt: askedAt + expiresIn * 1000 + EXPIRY_LEEWAY_MS,
  }
}

/** HMAC-SHA256 over the timestamp, a full stop and the body, in hexadecimal. */
export const signatureOf = (secret: Buffer, timestamp: string, body: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
