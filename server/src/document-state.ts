/**
 * What a room knows of its document: what is committed, and what is accepted and on its way to disk.
 *
 * Owns: the state vectors.
 * Does not own: what an incoming update brings (judgement.ts), the committed bytes and answers made of them
 * (committed-document.ts), when things are written (committer.ts), who is told (room.ts).
 * Always holds:
 *  - there is no Y.Doc here; updates are merged and cut as bytes;
 *  - only updates that passed `inspectUpdate` and have no gap are taken in;
 *  - `diff` tells committed updates only, so no peer learns what a power cut could take back;
 *  - judging never needs the snapshot's update, which may be let go and be restored from storage.
 */
import {
  advance,
  type ClockRange,
  covers,
  DeleteSet, encodeStateVector,
  hasGap,
  type InspectedUpdate, type StateVector,
  type UpdateLimits,
  type UpdateSummary,
} from '@cowrite/protocol'
import type { Snapshot, StoredDocument } from '@cowrite/persistence'
import type { Committed } from './commit-group.js'
import { CommittedDigest } from './committed-digest.js'
import { CommittedDocument } from './committed-document.js'
import { FormerLineages } from './former-lineages.js'
import { type Judgement, judge } from './judgement.js'
import { KnownDeletions, type Lookup } from './known-deletions.js'
import { isMassDeletion, unitsIn } from './mass-deletion.js'
import { mergeAll } from './merge.js'
import { type ReadUpdate, readUpdate } from './read-updates.js'
import { RootNames } from './root-names.js'

export class DocumentState {
  readonly #document: CommittedDocument
  /** Everything committed. */
  readonly #committed: StateVector = new Map()
  /** Everything committed, and what is accepted and on its way to disk. */
  readonly #accepted: StateVector = new Map()
  readonly #deletions: KnownDeletions
  readonly #digest = new CommittedDigest()
  readonly #roots = new RootNames()
  /** Summaries of accepted updates until they are committed, in order. */
  readonly #pending: UpdateSummary[] = []
  /** `acceptedVector` until it changes. */
  #acceptedBytes: Uint8Array | undefined
  #version = 0
  #committedBytes = 0
  readonly former: FormerLineages

  /**
   * @param tail its updates, where they were read already
   * @param onLookup told of what takes memory until it is not asked any more
   * @throws MalformedError when a record of the tail is no update
   */
  constructor(stored: StoredDocument | undefined, tail: Iterable<ReadUpdate> = stored?.tail.map(readUpdate) ?? [], onLookup: (lookup: Lookup) => void = () => {}) {
    this.#deletions = new KnownDeletions(() => this.#document.deletions(), onLookup)
    this.former = new FormerLineages(stored?.former, this.#accepted)
    this.#document = new CommittedDocument(stored?.snapshot)
    for (const [client, clock] of this.#document.snapshotVector ?? []) this.#committed.set(client, clock)
    for (const { sequence, bytes, summary } of tail) {
      this.#document.append({ sequence, bytes, summary: kept(summary) })
      // Behind a record that was lost nothing counts as known, so that whoever has it is asked for it.
      if (!hasGap(summary, this.#committed)) advance(this.#committed, summary)
    }
    for (const [client, clock] of this.#committed) this.#accepted.set(client, clock)
  }

  get tailLength(): number {
    return this.#document.tailLength
  }

  get tailBytes(): number {
    return this.#document.tailBytes
  }

  get snapshotBytes(): number {
    return this.#document.snapshotBytes
  }

  /** Bytes of the document as it is on disk, history aside. */
  get bytes(): number {
    return this.snapshotBytes + this.tailBytes
  }

  /** Bytes of all updates committed since the document was loaded. */
  get committedBytes(): number {
    return this.#committedBytes
  }

  /** Changes whenever `diff` may answer otherwise than before. */
  get version(): number {
    return this.#version
  }

  /** Bytes that `letGo` would free. */
  get keptBytes(): number {
    return this.#document.keptBytes
  }

  /** Whether there is a snapshot whose update is not in memory. */
  get hasLetGo(): boolean {
    return this.#document.hasLetGo
  }

  /** Forgets what can be had again. */
  letGo(): void {
    this.#document.letGo()
    this.#deletions.forget()
  }

  /**
   * Takes back what was let go, as storage has it now: the same snapshot, or a newer one.
   * @returns false when it is neither
   */
  restore(stored: StoredDocument['snapshot']): boolean {
    const isBack = this.#document.restore(stored)
    this.#replaced()
    return isBack
  }

  /** The state vector with which to ask a peer for what this document lacks; the same bytes until it changes. */
  acceptedVector(): Uint8Array {
    return (this.#acceptedBytes ??= encodeStateVector(this.#accepted))
  }

  /** Whether a peer with this state vector has everything committed, but maybe for deletions. */
  isCoveredBy(peer: StateVector): boolean {
    return covers(peer, this.#committed)
  }

  /** Whether an answer to this state vector takes more of the snapshot than its deletions. */
  usesSnapshot(peer: StateVector): boolean {
    return this.#document.usesSnapshot(peer)
  }

  /** Whether `diff` cannot answer this state vector before `restore`. */
  needsSnapshot(peer: StateVector): boolean {
    return this.hasLetGo && this.usesSnapshot(peer)
  }

  /** A copy of what is committed now, to diff against later. */
  committedVector(): StateVector {
    return new Map(this.#committed)
  }

  /** Number of the last committed update. */
  get sequence(): number {
    return this.#document.sequence
  }

  /** The digest of what is committed now. */
  digest(): Uint8Array {
    return this.#digest.bytes(() => ({ state: this.#committed, deletions: DeleteSet.of(this.#document.deletions()).ranges() }))
  }

  /** Whether something is deleted that was committed up to this number and is not among these ranges. */
  lacksDeletions(held: readonly ClockRange[], through: number): boolean {
    return this.#document.hasDeletedBeyond(DeleteSet.of(held), through)
  }

  /**
   * Says what an update would bring; changes nothing.
   * @param limits of what it may hold; those of a client's message unless given
   * @throws MalformedError
   */
  judge(update: Uint8Array, limits?: UpdateLimits): Judgement {
    const known = {
      state: this.#accepted,
      newDeletions: (ranges: readonly ClockRange[]) => this.#deletions.newOf(ranges),
      former: this.former,
    }
    const judgement = judge(update, known, limits)
    if (judgement.verdict === 'new' && limits === undefined) this.#roots.require(judgement.summary.roots)
    return judgement
  }

  /** Whether this update, judged to be new and not taken in yet, deletes most of what is there. */
  deletesMost({ deletions }: UpdateSummary): boolean {
    return isMassDeletion(unitsIn(deletions), () => {
      let written = 0
      for (const clock of this.#accepted.values()) written += clock
      return written - this.#deletions.units
    })
  }

  /** Takes in as accepted what was judged to be new, with nothing taken in since. */
  take(summary: UpdateSummary): void {
    advance(this.#accepted, summary)
    this.#acceptedBytes = undefined
    this.#deletions.accepted(summary)
    this.#roots.add(summary.roots)
    this.#pending.push(summary)
  }

  /**
   * Takes note that the oldest accepted updates are now on disk.
   * @returns them as one update
   */
  committed(committed: readonly Committed[]): Uint8Array {
    // Taken out at once: shifting one by one moves all that wait, which is quadratic when a client sends a book.
    const summaries = this.#pending.splice(0, committed.length)
    const updates = committed.map(({ sequence, update }, index): InspectedUpdate => {
      const summary = summaries[index]
      if (summary === undefined) throw new Error('committed more updates than were accepted')
      this.#deletions.committed(summary)
      this.#digest.committed(summary, this.#committed)
      advance(this.#committed, summary)
      const known = { sequence, bytes: update, summary: kept(summary) }
      this.#document.append(known)
      this.#committedBytes += update.length
      return known
    })
    this.#version++
    return mergeAll(updates)
  }

  /** Takes over a snapshot that was written; the tail that it covers goes. */
  compacted(snapshot: Snapshot, through: number): void {
    if (this.#document.compacted(snapshot, through)) this.#replaced()
  }

  /** The committed bytes are others, and may tell of more deletions. */
  #replaced(): void {
    this.#deletions.forget()
    this.#digest.replaced(this.#deletions.pending)
    this.#version++
  }

  /**
   * Everything committed that a peer with this state vector may lack, as one update.
   * @throws Error when that needs the snapshot and it was let go: see `needsSnapshot`
   */
  diff(peer: StateVector): Uint8Array {
    return this.#document.diff(peer)
  }

  /** Nothing is stored, and nothing accepted: not even something that was deleted since. */
  get isEmpty(): boolean {
    return this.#accepted.size === 0
  }
}

/** What is needed of a summary once its update is committed: the rest is for the door. */
const kept = ({ structs, deletions }: UpdateSummary): InspectedUpdate['summary'] => ({ structs, deletions })
