/**
 * What of a document is deleted, as its room knows it.
 *
 * Owns: the set of all accepted deletions, built at the first question, since most rooms are asked seldom.
 * Does not own: where the committed ones stand (committed-document.ts), their digest (committed-digest.ts).
 * Always holds: the set is that of everything committed and everything on its way to disk, or is built anew.
 */
import { type ClockRange, DeleteSet, type UpdateSummary } from '@cowrite/protocol'
import { unitsIn } from './mass-deletion.js'

/** What was made to look something up in, and can be made again. */
export interface Lookup {
  /** Forgets it if nobody asked since the last call. @returns whether it takes no memory now */
  forgetUnasked(): boolean
}

export class KnownDeletions implements Lookup {
  /** Everything deleted that is committed, in any order. */
  readonly #committed: () => Iterable<ClockRange>
  readonly #onBuilt: (lookup: Lookup) => void
  #accepted: DeleteSet | undefined
  #wasAsked = false
  /** Accepted and not committed, of those that delete something. */
  readonly #pending = new Set<UpdateSummary>()

  /** @param onBuilt the set takes memory from now on */
  constructor(committed: () => Iterable<ClockRange>, onBuilt: (lookup: Lookup) => void) {
    this.#committed = committed
    this.#onBuilt = onBuilt
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

  forgetUnasked(): boolean {
    if (!this.#wasAsked) this.forget()
    this.#wasAsked = false
    return this.#accepted === undefined
  }

  #all(): DeleteSet {
    this.#wasAsked = true
    if (this.#accepted) return this.#accepted
    this.#onBuilt(this)
    const deleted = DeleteSet.of(this.#committed())
    for (const { deletions } of this.#pending) addTo(deleted, deletions)
    return (this.#accepted = deleted)
  }
}

function addTo(deleted: DeleteSet, ranges: readonly ClockRange[]): void {
  for (const { client, clock, end } of ranges) deleted.add(client, clock, end - clock)
}
