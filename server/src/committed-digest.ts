/**
 * The digest of everything committed, kept up to date by every commit from the first question on.
 *
 * Owns: when it is made anew, and that no deletion is counted twice.
 * Does not own: what a digest is (protocol/), with whose copy it is compared (conversation.ts).
 * Always holds: rooms that nobody asks spend nothing on it.
 */
import { type ClockRange, Digest, type StateVector, type UpdateSummary } from '@cowrite/protocol'

export class CommittedDigest {
  #digest: Digest | undefined
  /** `bytes` until it changes. */
  #bytes: Uint8Array | undefined
  /** Updates whose deletions may be in the snapshot that was written after they were judged to be new. */
  readonly #doubtful = new WeakSet<UpdateSummary>()

  /** @param make what is committed: its state, and its deletions without overlaps */
  bytes(make: () => { state: StateVector; deletions: Iterable<ClockRange> }): Uint8Array {
    if (!this.#digest) {
      const { state, deletions } = make()
      this.#digest = Digest.of(state, deletions)
    }
    return (this.#bytes ??= this.#digest.bytes())
  }

  /** @param before the committed state without this update */
  committed(summary: UpdateSummary, before: StateVector): void {
    if (this.#doubtful.has(summary)) this.#digest = undefined
    this.#bytes = undefined
    if (!this.#digest) return
    for (const { client, end } of summary.structs) {
      const from = before.get(client) ?? 0
      if (end > from) this.#digest.advance(client, from, end)
    }
    for (const { client, clock, end } of summary.deletions) this.#digest.delete(client, clock, end)
  }

  /**
   * Another snapshot stands for the document. A `Y.Doc` made it, which also deletes what nobody said is deleted: what
   * was inserted into something deleted, and the older of two values of one key.
   */
  replaced(pending: Iterable<UpdateSummary>): void {
    this.#digest = undefined
    this.#bytes = undefined
    for (const summary of pending) this.#doubtful.add(summary)
  }
}
