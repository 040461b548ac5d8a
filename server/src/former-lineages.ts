/**
 * What was erased under a document's name, as far as that is known: the clocks of the clients that wrote it.
 *
 * Owns: recognizing content of a former lineage in what a client brings or says that it has.
 * Does not own: where the clocks come from (storage keeps them), refusing the client (connection.ts).
 * Always holds: only clocks that the document does not have count as former. After a restore from a
 * backup it has a part of them: who holds no more than that part may come in.
 *
 * Why it is needed: a stock client names no epoch. One that was offline while its document was erased and made
 * anew would merge its whole old copy into the new one, and everything would be there twice.
 */
import { decodeStateVector, STORED_UPDATE_LIMITS, type StateVector, type UpdateSummary } from '@cowrite/protocol'

export class FormerLineages {
  readonly #former: StateVector
  readonly #known: StateVector

  /**
   * @param former an encoded state vector
   * @param known what the document has; the caller advances it
   */
  constructor(former: Uint8Array | undefined, known: StateVector) {
    this.#former = former ? decodeStateVector(former, STORED_UPDATE_LIMITS) : new Map()
    this.#known = known
  }

  get isEmpty(): boolean {
    return this.#former.size === 0
  }

  /** Whether a client with this state vector has something of them. */
  areHeldBy(peer: StateVector): boolean {
    if (this.#former.size === 0) return false
    for (const [client, clock] of peer) if (this.#isFormer(client, 0, clock)) return true
    return false
  }

  /** Whether an update brings something of them, builds on it or deletes it. */
  areTouchedBy({ structs, needs, deletions }: UpdateSummary): boolean {
    if (this.#former.size === 0) return false
    for (const { client, clock, end } of structs) if (this.#isFormer(client, clock, end)) return true
    for (const [client, end] of needs) if (this.#isFormer(client, 0, end)) return true
    for (const { client, clock, end } of deletions) if (this.#isFormer(client, clock, end)) return true
    return false
  }

  #isFormer(client: number, clock: number, end: number): boolean {
    const known = this.#known.get(client) ?? 0
    return end > known && Math.max(clock, known) < (this.#former.get(client) ?? 0)
  }
}
