/**
 * How many may be here: in all, from one address, of one user, in one document; and how fast they may come, and come back.
 *
 * Owns: counting, who is one too many, and who of somebody's connections begins with what others of theirs have spent.
 * Does not own: whose address that is (the caller's), who somebody is and what they may do (access/), how a
 * refusal is told (websocket.ts, access/live.ts).
 * Always holds: whoever was counted is counted off once, however it ends; before somebody has logged in
 * only its address and the total are counted, so that nobody fills the places of others in their name.
 */
import { Buckets } from './buckets.js'
import type { Clock } from './clock.js'
import { FormerRates } from './former-rates.js'
import { Refused } from './refusal.js'
import type { Rates, Throttle } from './throttle.js'

export interface AdmissionLimits {
  readonly maxConnections: number
  readonly maxConnectionsPerDocument: number
  readonly maxConnectionsPerUser: number
  readonly maxConnectionsPerAddress: number
  readonly maxOpensPerMinute: number
}

/** One that is counted; whatever it may send at once, it does not get anew by coming back. */
export interface Counted {
  readonly throttle?: Pick<Throttle, 'spent' | 'begin'>
}

interface Place {
  readonly address: string | undefined
  user?: string | undefined
  document?: string
}

export class Admission {
  readonly #limits: AdmissionLimits
  readonly #clock: Clock
  readonly #places = new Map<Counted, Place>()
  readonly #perAddress = new Map<string, number>()
  readonly #perUser = new Map<string, number>()
  readonly #perDocument = new Map<string, number>()
  readonly #opensOfAddress: Buckets
  readonly #opensOfUser: Buckets
  readonly #formerRates: FormerRates

  constructor(limits: AdmissionLimits & Rates, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
    const perMinute = limits.maxOpensPerMinute
    this.#opensOfAddress = new Buckets(perMinute / 60, perMinute)
    this.#opensOfUser = new Buckets(perMinute / 60, perMinute)
    this.#formerRates = new FormerRates(limits)
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
    return this.#opensOfAddress.spend(address, this.#clock.now()) ? undefined : 'too-many-connections'
  }

  /** One more has come. */
  arrived(connection: Counted, address: string | undefined): void {
    this.#places.set(connection, { address })
    count(this.#perAddress, address, 1)
  }

  /**
   * It is about to enter a document.
   * @param user undefined where nobody logs in
   * @throws Refused
   */
  enters(connection: Counted, document: string, user: string | undefined): void {
    const { maxConnectionsPerDocument, maxConnectionsPerUser } = this.#limits
    const place = this.#places.get(connection)
    if (!place) return
    if (user !== undefined) {
      if ((this.#perUser.get(user) ?? 0) >= maxConnectionsPerUser) throw new Refused('too-many-connections', 'of one user')
      if (!this.#opensOfUser.spend(user, this.#clock.now())) throw new Refused('too-many-connections', 'one user opens too many documents')
    }
    if ((this.#perDocument.get(document) ?? 0) >= maxConnectionsPerDocument) throw new Refused('too-many-connections', 'in one document')
    Object.assign(place, { user, document } satisfies Partial<Place>)
    const who = nameOf(place)
    if (who !== undefined && connection.throttle) this.#formerRates.begins(who, connection.throttle, this.#clock.now())
    count(this.#perUser, user, 1)
    count(this.#perDocument, document, 1)
  }

  /** How many are counted, for tests and figures. */
  get size(): { all: number; addresses: number; users: number; documents: number } {
    return { all: this.#places.size, addresses: this.#perAddress.size, users: this.#perUser.size, documents: this.#perDocument.size }
  }

  /** Of how many it is remembered that they opened, or sent, something lately. */
  get remembered(): number {
    return this.#opensOfAddress.size + this.#opensOfUser.size + this.#formerRates.size
  }

  /** It is gone. */
  left(connection: Counted): void {
    const place = this.#places.get(connection)
    if (!place) return
    this.#places.delete(connection)
    count(this.#perAddress, place.address, -1)
    count(this.#perUser, place.user, -1)
    count(this.#perDocument, place.document, -1)
    const who = nameOf(place)
    // Nothing was read from one that entered no document.
    if (who !== undefined && place.document !== undefined && connection.throttle) this.#formerRates.ended(who, connection.throttle, this.#clock.now())
  }
}

/** Under which name it is remembered what somebody sent: users of one address are not each other. */
const nameOf = ({ user, address }: Place): string | undefined => (user === undefined ? address && `at ${address}` : `user ${user}`)

function count(counts: Map<string, number>, key: string | undefined, by: 1 | -1): void {
  if (key === undefined) return
  const sum = (counts.get(key) ?? 0) + by
  if (sum > 0) counts.set(key, sum)
  else counts.delete(key)
}
