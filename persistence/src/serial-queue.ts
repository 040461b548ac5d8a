/**
 * One thing after the other.
 *
 * Owns: the order of asynchronous work that must not overlap. Does not own: what the work is.
 * Always holds: work starts in the order of the calls, each when the one before has settled,
 * whether that one succeeded or failed.
 */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve()

  /** @returns what the work returns; a failure goes to this caller alone. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }
}
