/**
 * A token bucket: so much at once, and so much in a second for ever.
 *
 * Owns: the balance of one.
 * Does not own: what is counted, and what follows from a debt.
 * Always holds: it fills by itself, computed when it is asked and by no timer; what is larger than the
 * bucket passes, too, and leaves a debt that has to be waited for.
 */
export class Bucket {
  readonly #perMs: number
  readonly #holds: number
  #balance: number
  #at: number

  /**
   * @param perSecond what comes in, in a second
   * @param holds what it holds when full, as it is at first
   * @param now milliseconds by the clock
   */
  constructor(perSecond: number, holds: number, now: number) {
    this.#perMs = perSecond / 1000
    this.#holds = holds
    this.#balance = holds
    this.#at = now
  }

  /** Takes out so much, whatever is there. @returns whether it is owed now */
  take(amount: number, now: number): boolean {
    this.#balance = this.balance(now) - amount
    this.#at = now
    return this.#balance < 0
  }

  /** Whole milliseconds until what comes in within so many seconds is saved up; 0 when it is. */
  msUntil(seconds: number, now: number): number {
    const missing = seconds * 1000 * this.#perMs - this.balance(now)
    return missing <= 0 ? 0 : Math.ceil(missing / this.#perMs)
  }

  /** What is in it; below 0 it is owed. */
  balance(now: number): number {
    return Math.min(this.#holds, this.#balance + (now - this.#at) * this.#perMs)
  }

  /** What has been taken out and has not come in again. */
  missing(now: number): number {
    return this.#holds - this.balance(now)
  }

  isFull(now: number): boolean {
    return this.missing(now) <= 0
  }
}
