/**
 * How much of its presence each connection may still show.
 *
 * Owns: the rate, what a state costs, and the balance of each connection of a room.
 * Does not own: what becomes of what is too much (presence.ts).
 * Always holds: who showed nothing lately may show all of a burst; who left is forgotten.
 */
import { Bucket } from './bucket.js'

/** States that a connection may show at once, in seconds of its rate: a caret that is dragged for a while. */
const BURST_SECONDS = 2
/** Begun so many characters of a state count as one state, since everybody is sent them. */
const STATE_LENGTH = 1_024

export class PresenceAllowances<Owner> {
  readonly #buckets = new Map<Owner, Bucket>()
  readonly #now: () => number
  readonly #perSecond: number

  /** @param perSecond states of one connection that the others are told of for ever, in a second */
  constructor(now: () => number, perSecond: number) {
    this.#now = now
    this.#perSecond = perSecond
  }

  mayShow(owner: Owner): boolean {
    return this.#bucketOf(owner).balance(this.#now()) >= 1
  }

  /** Takes off what a state of this length costs, if anything is left. @returns whether that was so */
  pay(owner: Owner, length: number): boolean {
    if (!this.mayShow(owner)) return false
    this.#bucketOf(owner).take(Math.max(1, Math.ceil(length / STATE_LENGTH)), this.#now())
    return true
  }

  forget(owner: Owner): void {
    this.#buckets.delete(owner)
  }

  #bucketOf(owner: Owner): Bucket {
    let bucket = this.#buckets.get(owner)
    if (!bucket) this.#buckets.set(owner, (bucket = new Bucket(this.#perSecond, this.#perSecond * BURST_SECONDS, this.#now())))
    return bucket
  }
}
