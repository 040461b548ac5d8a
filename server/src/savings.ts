/**
 * What of a room is accepted and not yet on disk, by count, and who waits for that.
 *
 * Owns: both counts, and the callbacks in the order of asking.
 * Does not own: the updates themselves (room.ts), writing them (committer.ts).
 * Always holds: each callback is called once: when all that was accepted before it is on disk, or, with
 * the reason, when it never will be.
 */
export class Savings {
  #accepted = 0
  #committed = 0
  readonly #waiting: { count: number; tell: (error?: Error) => void }[] = []

  get hasUnsaved(): boolean {
    return this.#committed < this.#accepted
  }

  /** One more update was accepted. */
  accepted(): void {
    this.#accepted++
  }

  /** The oldest so many are on disk. */
  committed(count: number): void {
    this.#committed += count
  }

  /** Tells those who waited for what is on disk now. */
  tell(): void {
    while (this.#waiting[0] && this.#waiting[0].count <= this.#committed) this.#waiting.shift()?.tell()
  }

  /** What is left will never be on disk; then `fail` tells. */
  giveUp(): void {
    this.#committed = this.#accepted
  }

  fail(reason: Error): void {
    for (const { tell } of this.#waiting.splice(0)) tell(reason)
  }

  whenSaved(tell: (error?: Error) => void): void {
    if (!this.hasUnsaved) tell()
    else this.#waiting.push({ count: this.#accepted, tell })
  }
}
