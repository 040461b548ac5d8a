/**
 * What of a document is deleted, as its room knows it.
 *
 * Owns: the set of all accepted deletions, built at the first question, since most rooms are never asked.
 * Does not own: where the committed ones stand (committed-document.ts), their digest (committed-digest.ts).
 * Always holds: the set is that of everything committed and everything on its way to disk, or is built anew.
 */
import { type ClockRange, DeleteSet, type UpdateSummary } from '@cowrite/protocol'
import { unitsIn } from './mass-deletion.js'

export class KnownDeletions {
  /** Everything deleted that is committed, in any order. */
  readonly #committed: () => Iterable<ClockRange>
  #accepted: DeleteSet | undefined
  /** Accepted and not committed, of those that delete something. */
  readonly #pending = new Set<UpdateSummary>()

  constructor(committed: () => Iterable<ClockRange>) {
    this.#committed = committed
  }

  get pending(): ReadonlySet<UpdateSummary> {
    return this.#pending
  }

  /** The parts of these ranges that are not deleted yet. */
  newOf(ranges: readonly ClockRange[]): ClockRange[] {
    return this.#all().subtract(ranges)
  }

  /** How much is deleted: clocks of all clients together. */
  get units(): number {
    return unitsIn(this.#all().ranges())
  }

  accepted(summary: UpdateSummary): void {
    if (summary.deletions.length === 0) return
    this.#pending.add(summary)
    if (this.#accepted) addTo(this.#accepted, summary.deletions)
  }

  committed(summary: UpdateSummary): void {
    this.#pending.delete(summary)
  }

  /** The set is built again when it is asked for: to have its memory, or since the committed updates are others. */
  forget(): void {
    this.#accepted = undefined
  }

  #all(): DeleteSet {
    if (this.#accepted) return this.#accepted
    const deleted = DeleteSet.of(this.#committed())
    for (const { deletions } of this.#pending) addTo(deleted, deletions)
    return (this.#accepted = deleted)
  }
}

function addTo(deleted: DeleteSet, ranges: readonly ClockRange[]): void {
  for (const { client, clock, end } of ranges) deleted.add(client, clock, end - clock)
}
