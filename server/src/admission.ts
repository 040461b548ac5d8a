/**
 * How many may be here: in all, from one address, of one user, in one document; and how fast they may come.
 *
 * Owns: counting, and who is one too many.
 * Does not own: whose address that is (the caller's), who somebody is and what they may do (access/), how a
 * refusal is told (websocket.ts, access/live.ts).
 * Always holds: whoever was counted is counted off once, however it ends; before somebody has logged in
 * only its address and the total are counted, so that nobody fills the places of others in their name.
 */
import { Bucket } from './bucket.js'
import type { Clock } from './clock.js'
import { Refused } from './refusal.js'

export interface AdmissionLimits {
  readonly maxConnections: number
  readonly maxConnectionsPerDocument: number
  readonly maxConnectionsPerUser: number
  readonly maxConnectionsPerAddress: number
  readonly maxOpensPerMinute: number
}

interface Place {
  readonly address: string | undefined
  user?: string | undefined
  document?: string
}

/** Buckets beyond which the full ones, which say nothing, are forgotten; again when they have doubled since. */
const SWEEP_FROM = 1_000

export class Admission {
  readonly #limits: AdmissionLimits
  readonly #clock: Clock
  readonly #places = new Map<object, Place>()
  readonly #perAddress = new Map<string, number>()
  readonly #perUser = new Map<string, number>()
  readonly #perDocument = new Map<string, number>()
  readonly #opensOfAddress: Opens
  readonly #opensOfUser: Opens

  constructor(limits: AdmissionLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
    this.#opensOfAddress = new Opens(limits.maxOpensPerMinute)
    this.#opensOfUser = new Opens(limits.maxOpensPerMinute)
  }

  /**
   * Whether one more may come; who may counts as having come at that moment, whatever follows.
   * @param address undefined where it says nothing of who comes
   * @returns the reason why not
   */
  refusalOf(address: string | undefined): 'overloaded' | 'too-many-connections' | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#limits
    if (this.#places.size >= maxConnections) return 'overloaded'
    if (address === undefined) return undefined
    if ((this.#perAddress.get(address) ?? 0) >= maxConnectionsPerAddress) return 'too-many-connections'
    return this.#opensOfAddress.isOneTooMany(address, this.#clock.now()) ? 'too-many-connections' : undefined
  }

  /** One more has come. */
  arrived(connection: object, address: string | undefined): void {
    this.#places.set(connection, { address })
    count(this.#perAddress, address, 1)
  }

  /**
   * It is about to enter a document.
   * @param user undefined where nobody logs in
   * @throws Refused
   */
  enters(connection: object, document: string, user: string | undefined): void {
    const { maxConnectionsPerDocument, maxConnectionsPerUser } = this.#limits
    const place = this.#places.get(connection)
    if (!place) return
    if (user !== undefined) {
      if ((this.#perUser.get(user) ?? 0) >= maxConnectionsPerUser) throw new Refused('too-many-connections', 'of one user')
      if (this.#opensOfUser.isOneTooMany(user, this.#clock.now())) throw new Refused('too-many-connections', 'one user opens too many documents')
    }
    if ((this.#perDocument.get(document) ?? 0) >= maxConnectionsPerDocument) throw new Refused('too-many-connections', 'in one document')
    Object.assign(place, { user, document } satisfies Partial<Place>)
    count(this.#perUser, user, 1)
    count(this.#perDocument, document, 1)
  }

  /** How many are counted, for tests and figures. */
  get size(): { all: number; addresses: number; users: number; documents: number } {
    return { all: this.#places.size, addresses: this.#perAddress.size, users: this.#perUser.size, documents: this.#perDocument.size }
  }

  /** Of how many it is remembered that they opened something lately. */
  get remembered(): number {
    return this.#opensOfAddress.size + this.#opensOfUser.size
  }

  /** It is gone. */
  left(connection: object): void {
    const place = this.#places.get(connection)
    if (!place) return
    this.#places.delete(connection)
    count(this.#perAddress, place.address, -1)
    count(this.#perUser, place.user, -1)
    count(this.#perDocument, place.document, -1)
  }
}

function count(counts: Map<string, number>, key: string | undefined, by: 1 | -1): void {
  if (key === undefined) return
  const sum = (counts.get(key) ?? 0) + by
  if (sum > 0) counts.set(key, sum)
  else counts.delete(key)
}

/** What each opened within the last minute. */
class Opens {
  readonly #perMinute: number
  readonly #buckets = new Map<string, Bucket>()
  #sweepFrom = SWEEP_FROM

  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  get size(): number {
    return this.#buckets.size
  }

  isOneTooMany(who: string, now: number): boolean {
    let bucket = this.#buckets.get(who)
    if (!bucket) {
      if (this.#buckets.size >= this.#sweepFrom) this.#sweep(now)
      this.#buckets.set(who, (bucket = new Bucket(this.#perMinute / 60, this.#perMinute, now)))
    }
    if (bucket.balance(now) < 1) return true
    bucket.take(1, now)
    return false
  }

  #sweep(now: number): void {
    for (const [who, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(who)
    this.#sweepFrom = Math.max(SWEEP_FROM, this.#buckets.size * 2)
  }
}
