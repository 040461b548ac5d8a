/**
 * The public keys that an issuer publishes (JWKS, RFC 7517), as they change.
 *
 * Owns: fetching them, when to fetch them again, and which of them a token names.
 * Does not own: what is signed (tokens.ts).
 * Always holds:
 *  - keys that are known go on counting while the issuer is down; a key that the issuer took back stops
 *    counting with the next fetch that succeeds;
 *  - tokens with invented key ids make at most one fetch in `COOLDOWN_MS`.
 */
import { createLocalJWKSet, errors, type FlattenedJWSInput, type JSONWebKeySet, type JWSHeaderParameters } from 'jose'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { Refused } from '../refusal.js'
import { boundedText, jsonOf, reasonOf } from './bounded-answer.js'

export interface KeySetOptions {
  readonly url: string
  readonly clock: Clock
  readonly log: Log
}

/** How old the keys may be before they are fetched again, in milliseconds; meanwhile they count. */
const FRESH_MS = 10 * 60_000
/** Shortest time between two fetches, in milliseconds. */
const COOLDOWN_MS = 30_000
/** The same while no keys are known at all. */
const FIRST_COOLDOWN_MS = 1_000
/** How long a fetch may take, in milliseconds. */
const FETCH_TIMEOUT_MS = 5_000
/** Longest answer, in bytes. */
const MAX_ANSWER_BYTES = 256 * 1024

type Keys = ReturnType<typeof createLocalJWKSet>

export class KeySet {
  readonly #options: KeySetOptions
  #keys: Keys | undefined
  #fetchedAt = -Infinity
  #triedAt = -Infinity
  #fetching: Promise<void> | undefined

  constructor(options: KeySetOptions) {
    this.#options = options
  }

  /** The key with which this token says it is signed. @throws JOSEError when there is none, Refused `auth-down` while that is unknown */
  readonly get = async (header: JWSHeaderParameters, token: FlattenedJWSInput) => {
    const { clock } = this.#options
    if (!this.#keys) await this.#fetch(FIRST_COOLDOWN_MS)
    else if (clock.now() - this.#fetchedAt > FRESH_MS) void this.#fetch(COOLDOWN_MS)
    try {
      return await this.#find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      // The issuer may have begun to sign with a new key.
      const before = this.#fetchedAt
      await this.#fetch(COOLDOWN_MS)
      if (this.#fetchedAt !== before) return this.#find(header, token)
      // A key that cannot be looked up now is not known to be wrong.
      if (this.#triedAt > this.#fetchedAt) throw new Refused('auth-down', 'the keys of the issuer cannot be fetched')
      throw error
    }
  }

  async #find(header: JWSHeaderParameters, token: FlattenedJWSInput) {
    if (!this.#keys) throw new Refused('auth-down', 'the keys of the issuer cannot be fetched')
    return this.#keys(header, token)
  }

  /** Fetches once for all who ask. Never rejects. */
  #fetch(cooldownMs: number): Promise<void> {
    if (this.#fetching) return this.#fetching
    const { clock, log, url } = this.#options
    if (clock.now() - this.#triedAt < cooldownMs) return Promise.resolve()
    this.#triedAt = clock.now()
    const work = async (): Promise<void> => {
      try {
        this.#keys = createLocalJWKSet(await download(url))
        // One moment for both: they differ exactly while the last try failed.
        this.#fetchedAt = this.#triedAt
      } catch (error) {
        log.error({ reason: reasonOf(error) }, 'fetching the keys of the issuer failed')
      } finally {
        this.#fetching = undefined
      }
    }
    return (this.#fetching = work())
  }
}

async function download(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(`status ${response.status}`)
  return jsonOf(await boundedText(response, MAX_ANSWER_BYTES)) as JSONWebKeySet
}
