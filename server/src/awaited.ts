/**
 * An answer that a client owes and that may have been lost on the way.
 *
 * Owns: when the question is put again.
 * Does not own: what is asked (contributions.ts, comparison.ts).
 * Always holds: a client that is still sending its answer is not asked again: only what arrives after the patience
 * is over shows that the answer should have arrived before it.
 */

/** Longest patience, in milliseconds. */
const MAX_PATIENCE_MS = 60_000

export class Awaited {
  #since: number
  #patienceMs: number

  /** @param now when the question went out, in milliseconds by the clock */
  constructor(now: number, patienceMs: number) {
    this.#since = now
    this.#patienceMs = patienceMs
  }

  /**
   * What is to be done now.
   * @param lastHeard when anything last came from the client, in milliseconds by the clock
   */
  look(now: number, lastHeard: number): 'wait' | 'ping' | 'ask again' {
    const over = this.#since + this.#patienceMs
    if (now < over) return 'wait'
    if (lastHeard < over) return 'ping'
    this.#since = now
    this.#patienceMs = Math.min(2 * this.#patienceMs, MAX_PATIENCE_MS)
    return 'ask again'
  }
}
