/**
 * What a room knows of its document, as bytes: snapshot, tail, state vectors, deletions.
 *
 * Owns: judging what an incoming update brings (nothing, something, a gap) and answering state
 * vectors with what a peer lacks.
 * Does not own: when things are written (committer.ts) or who is told (room.ts).
 * Always holds:
 *  - there is no Y.Doc here; updates are merged and cut as bytes;
 *  - only updates that passed `inspectUpdate` and have no gap are taken in;
 *  - `diff` tells committed updates only, so no peer learns what a power cut could take back.
 */
import {
  advance,
  type ClockRange,
  covers,
  decodeStateVector,
  DeleteSet,
  encodeStateVector,
  hasGap,
  inspectUpdate,
  STORED_UPDATE_LIMITS,
  type StateVector,
  type UpdateSummary,
  withDeletions,
} from '@cowrite/protocol'
import type { LogRecord, Snapshot, StoredDocument } from '@cowrite/persistence'
import * as Y from 'yjs'

/** Y.mergeUpdates is quadratic in the number of updates; groups of this size keep it linear (DESIGN, "One frame for all"). */
const MERGE_GROUP = 128

/** An update of nothing: no structs, no deletions. */
export const EMPTY_UPDATE: Uint8Array = new Uint8Array([0, 0])

/** What `judge` found an update to bring. */
export type Judgement =
  /** It refers to what this document does not have. */
  | { verdict: 'gap' }
  /** All of it is known already. */
  | { verdict: 'nothing' }
  /** `update` is the part that is new, `summary` what it says about itself: the ticket for `take`. */
  | { verdict: 'new'; update: Uint8Array; summary: UpdateSummary }

export class DocumentState {
  #snapshot: (Snapshot & { readonly through: number; readonly vector: StateVector }) | undefined
  #tail: LogRecord[] = []
  #tailBytes = 0
  /** Everything committed. */
  readonly #committed: StateVector = new Map()
  /** Everything committed, and what is accepted and on its way to disk. */
  readonly #accepted: StateVector = new Map()
  /** All accepted deletions; built at the first question, since most rooms are never asked. */
  #deleted: DeleteSet | undefined
  /** Accepted but not committed updates that carry deletions, for building `#deleted` late. */
  readonly #pendingDeletions = new Set<UpdateSummary>()
  /** Summaries of accepted updates until they are committed, in order. */
  readonly #pending: UpdateSummary[] = []
  /** The merged tail and how many records of it are merged. */
  #mergedTail: { update: Uint8Array; count: number } | undefined
  /** Snapshot and tail as one update, for those who have nothing. */
  #whole: Uint8Array | undefined
  /** All deletions and no structs, for those who have everything. */
  #deletionsOnly: Uint8Array | undefined

  /** @throws MalformedError when a record of the tail is no update */
  constructor(stored: StoredDocument | undefined) {
    if (stored?.snapshot) {
      this.#snapshot = { ...stored.snapshot, vector: decodeStateVector(stored.snapshot.stateVector, STORED_UPDATE_LIMITS) }
      for (const [client, clock] of this.#snapshot.vector) this.#committed.set(client, clock)
    }
    for (const record of stored?.tail ?? []) {
      this.#append(record)
      const summary = inspectUpdate(record.update, STORED_UPDATE_LIMITS)
      // Behind a record that was lost nothing counts as known, so that whoever has it is asked for it.
      if (!hasGap(summary, this.#committed)) advance(this.#committed, summary)
    }
    for (const [client, clock] of this.#committed) this.#accepted.set(client, clock)
  }

  get tailLength(): number {
    return this.#tail.length
  }

  get tailBytes(): number {
    return this.#tailBytes
  }

  get snapshotBytes(): number {
    return this.#snapshot?.update.length ?? 0
  }

  /** The state vector with which to ask a peer for what this document lacks. */
  acceptedVector(): Uint8Array {
    return encodeStateVector(this.#accepted)
  }

  /** A copy of what is committed now, to diff against later. */
  committedVector(): StateVector {
    return new Map(this.#committed)
  }

  /**
   * Says what an update would bring; changes nothing.
   * @throws MalformedError
   */
  judge(update: Uint8Array): Judgement {
    let summary = inspectUpdate(update)
    if (hasGap(summary, this.#accepted)) return { verdict: 'gap' }
    let fresh = update

    if (summary.structs.some((range) => range.clock < this.#known(range.client))) {
      // Part of it is known (a step 2 usually): cut that off, so that the log holds everything once.
      fresh = Y.diffUpdate(fresh, encodeStateVector(this.#accepted))
      summary = inspectUpdate(fresh)
    }
    if (summary.deletions.length > 0) {
      const deletions = this.#deletions().subtract(summary.deletions)
      if (!sameRanges(deletions, summary.deletions)) {
        fresh = withDeletions(fresh, summary, deletions)
        summary = { ...summary, deletions }
      }
    }
    if (summary.structs.length === 0 && summary.deletions.length === 0) return { verdict: 'nothing' }
    // A small view would keep the whole network buffer alive that it was read from, up to 64 KiB each.
    return { verdict: 'new', update: fresh === update ? update.slice() : fresh, summary }
  }

  /** Takes in as accepted what was judged to be new, with nothing taken in since. */
  take(summary: UpdateSummary): void {
    advance(this.#accepted, summary)
    for (const range of summary.deletions) this.#deleted?.add(range.client, range.clock, range.end - range.clock)
    this.#pending.push(summary)
    if (summary.deletions.length > 0) this.#pendingDeletions.add(summary)
  }

  /** Takes note that the oldest accepted updates are now on disk. */
  committed(records: readonly LogRecord[]): void {
    // Taken out at once: shifting one by one moves all that wait, which is quadratic when a client sends a book.
    const summaries = this.#pending.splice(0, records.length)
    for (const [index, record] of records.entries()) {
      const summary = summaries[index]
      if (summary === undefined) throw new Error('committed more updates than were accepted')
      this.#pendingDeletions.delete(summary)
      advance(this.#committed, summary)
      this.#append(record)
    }
    this.#forgetAnswers()
  }

  /** Takes over a snapshot that was written; the tail that it covers goes. */
  compacted(snapshot: Snapshot, through: number): void {
    if (this.#snapshot && this.#snapshot.through >= through) return
    this.#snapshot = { ...snapshot, through, vector: decodeStateVector(snapshot.stateVector, STORED_UPDATE_LIMITS) }
    const rest = this.#tail.filter((record) => record.sequence > through)
    this.#tail = []
    this.#tailBytes = 0
    this.#mergedTail = undefined
    this.#forgetAnswers()
    for (const record of rest) this.#append(record)
  }

  /** Everything committed that a peer with this state vector may lack, as one update. */
  diff(peer: StateVector): Uint8Array {
    if (peer.size === 0) return (this.#whole ??= mergeAll([this.#snapshot?.update, this.#tailUpdate()]))
    if (!covers(peer, this.#committed)) return this.#difference(peer)
    // After a restart everybody comes back at once and most miss nothing: one answer serves them all.
    return (this.#deletionsOnly ??= this.#difference(peer))
  }

  #difference(peer: StateVector): Uint8Array {
    const tail = this.#tailUpdate()
    // Who is only behind the tail gets the tail's difference, never a pass over the snapshot.
    return mergeAll([this.#snapshotPart(peer), tail && Y.diffUpdate(tail, encodeStateVector(peer))])
  }

  #forgetAnswers(): void {
    this.#whole = undefined
    this.#deletionsOnly = undefined
  }

  #snapshotPart(peer: StateVector): Uint8Array | undefined {
    const snapshot = this.#snapshot
    if (!snapshot) return undefined
    // A state vector never tells what was deleted, so a peer that misses nothing still gets the deletions.
    if (covers(peer, snapshot.vector)) return snapshot.deletions
    return Y.diffUpdate(snapshot.update, encodeStateVector(peer))
  }

  #tailUpdate(): Uint8Array | undefined {
    if (this.#tail.length === 0) return undefined
    const merged = this.#mergedTail
    if (merged?.count === this.#tail.length) return merged.update
    const unmerged = this.#tail.slice(merged?.count ?? 0).map((record) => record.update)
    const update = mergeAll([merged?.update, ...unmerged])
    this.#mergedTail = { update, count: this.#tail.length }
    return update
  }

  #append(record: LogRecord): void {
    this.#tail.push(record)
    this.#tailBytes += record.update.length
  }

  #known(client: number): number {
    return this.#accepted.get(client) ?? 0
  }

  #deletions(): DeleteSet {
    if (this.#deleted) return this.#deleted
    const deleted = new DeleteSet()
    const add = (ranges: readonly ClockRange[]): void => {
      for (const range of ranges) deleted.add(range.client, range.clock, range.end - range.clock)
    }
    if (this.#snapshot) add(inspectUpdate(this.#snapshot.deletions, STORED_UPDATE_LIMITS).deletions)
    for (const record of this.#tail) add(inspectUpdate(record.update, STORED_UPDATE_LIMITS).deletions)
    for (const summary of this.#pendingDeletions) add(summary.deletions)
    return (this.#deleted = deleted)
  }
}

const sameRanges = (a: readonly ClockRange[], b: readonly ClockRange[]): boolean =>
  a.length === b.length &&
  a.every((range, i) => {
    const other = b[i]
    return other?.client === range.client && other.clock === range.clock && other.end === range.end
  })

/** Merges updates that stand in causal order; EMPTY_UPDATE when there are none. */
export function mergeAll(updates: readonly (Uint8Array | undefined)[]): Uint8Array {
  let merged = updates.filter((update): update is Uint8Array => update !== undefined)
  while (merged.length > 1) {
    const groups: Uint8Array[] = []
    for (let i = 0; i < merged.length; i += MERGE_GROUP) groups.push(Y.mergeUpdates(merged.slice(i, i + MERGE_GROUP)))
    merged = groups
  }
  return merged[0] ?? EMPTY_UPDATE
}
