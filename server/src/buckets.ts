/**
 * A token bucket for each of many.
 *
 * Owns: making them, and forgetting those that say nothing any more.
 * Does not own: who they are of, and what follows from an empty one.
 * Always holds: a full bucket may be forgotten at any time, since a new one is full; of more than `MAX_BUCKETS` the
 * oldest go, so that nobody fills the memory under ever new names.
 */
import { Bucket } from './bucket.js'

/** Buckets beyond which the full ones are forgotten; again when they have doubled since. */
const SWEEP_FROM = 1_000
export const MAX_BUCKETS = 100_000
/** So many of them are kept when there are too many. */
const KEPT_SHARE = 3 / 4

export class Buckets {
  readonly #perSecond: number
  readonly #holds: number
  readonly #buckets = new Map<string, Bucket>()
  #sweepFrom = SWEEP_FROM

  /**
   * @param perSecond what comes into each, in a second
   * @param holds what each holds when full, as it is at first
   */
  constructor(perSecond: number, holds: number) {
    this.#perSecond = perSecond
    this.#holds = holds
  }

  get size(): number {
    return this.#buckets.size
  }

  of(who: string, now: number): Bucket {
    let bucket = this.#buckets.get(who)
    if (!bucket) {
      if (this.#buckets.size >= this.#sweepFrom) this.#sweep(now)
      this.#buckets.set(who, (bucket = new Bucket(this.#perSecond, this.#holds, now)))
    }
    return bucket
  }

  /** Takes out one of somebody's. @returns false, and nothing is taken out, when there is none */
  spend(who: string, now: number): boolean {
    const bucket = this.of(who, now)
    if (bucket.balance(now) < 1) return false
    bucket.take(1, now)
    return true
  }

  /** What somebody has taken out that has not come in again; makes no bucket. */
  missing(who: string, now: number): number {
    return this.#buckets.get(who)?.missing(now) ?? 0
  }

  #sweep(now: number): void {
    for (const [who, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(who)
    // Some more than need be, so that not each of many newcomers has all of them looked at.
    const tooMany = this.#buckets.size - MAX_BUCKETS * KEPT_SHARE
    if (tooMany > 0) for (const who of [...this.#buckets.keys()].slice(0, tooMany)) this.#buckets.delete(who)
    this.#sweepFrom = Math.min(MAX_BUCKETS, Math.max(SWEEP_FROM, this.#buckets.size * 2))
  }
}
