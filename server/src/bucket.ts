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

  /** Takes out so much, whatever is there. @returns whole milliseconds until nothing is owed; 0 when nothing is */
  take(amount: number, now: number): number {
    this.#balance = this.balance(now) - amount
    this.#at = now
    return this.#balance >= 0 ? 0 : Math.ceil(-this.#balance / this.#perMs)
  }

  /** What is in it; below 0 it is owed. */
  balance(now: number): number {
    return Math.min(this.#holds, this.#balance + (now - this.#at) * this.#perMs)
  }

  isFull(now: number): boolean {
    return this.balance(now) >= this.#holds
  }
}
