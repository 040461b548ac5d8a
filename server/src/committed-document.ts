/**
 * What is committed of a document, as bytes: its snapshot and the tail behind it.
 *
 * Owns: making the difference that a peer lacks, and letting go of what storage has as well.
 * Does not own: what an incoming update brings (document-state.ts), when memory is let go (snapshots.ts).
 * Always holds:
 *  - a difference is copied together from pieces of bytes; no struct is decoded but where a record was lost;
 *  - the snapshot's update may be away and come back: its state vector and deletions stay.
 */
import {
  type ClockRange, DeleteSet, encodeStateVector, type InspectedUpdate, inspectUpdate, joinPieces, STORED_UPDATE_LIMITS,
  type StateVector, covers,
} from '@cowrite/protocol'
import type { Snapshot, StoredDocument } from '@cowrite/persistence'
import * as Y from 'yjs'
import { alone, type KnownSnapshot, knownSnapshot, piecesOf } from './known-snapshot.js'
import { EMPTY_UPDATE, mergeAll } from './merge.js'
import { Tail, type TailUpdate } from './tail.js'

/** What V8 keeps for a number of an array that is not small, in bytes. */
const BYTES_OF_NUMBER = 8

export class CommittedDocument {
  #snapshot: KnownSnapshot | undefined
  readonly #tail = new Tail()
  /** All deletions as the delete set of an update, until there are others. */
  #deleteSet: Uint8Array | undefined
  #sequence: number

  constructor(stored: StoredDocument['snapshot']) {
    this.#snapshot = stored && knownSnapshot(stored, stored.through)
    this.#sequence = stored?.through ?? 0
  }

  /** Number of the last update that is on disk. */
  get sequence(): number {
    return this.#sequence
  }

  /** What the snapshot has; undefined without one. */
  get snapshotVector(): StateVector | undefined {
    return this.#snapshot?.vector
  }

  get snapshotBytes(): number {
    return this.#snapshot?.length ?? 0
  }

  get tailLength(): number {
    return this.#tail.length
  }

  get tailBytes(): number {
    return this.#tail.bytes
  }

  /** Bytes that `letGo` would free. */
  get keptBytes(): number {
    const { update, map } = this.#snapshot ?? {}
    return (update?.length ?? 0) + (map?.marks.length ?? 0) * BYTES_OF_NUMBER + (this.#deleteSet?.length ?? 0)
  }

  /** Whether there is a snapshot whose update is not in memory. */
  get hasLetGo(): boolean {
    return this.#snapshot !== undefined && this.#snapshot.update === undefined
  }

  /** Forgets what can be had again: the snapshot's update, and what was made of bytes that stay. */
  letGo(): void {
    if (this.#snapshot) {
      this.#snapshot.update = undefined
      this.#snapshot.map = undefined
    }
    this.#deleteSet = undefined
  }

  /**
   * Takes back what was let go, as storage has it now: the same snapshot, or a newer one.
   * @returns false when it is neither
   */
  restore(stored: StoredDocument['snapshot']): boolean {
    const mine = this.#snapshot
    if (mine === undefined || mine.update) return true
    if (stored === undefined || stored.through < mine.through) return false
    if (stored.through > mine.through) this.compacted(stored, stored.through)
    else mine.update = alone(stored.update)
    return true
  }

  /** One more update is on disk. */
  append(update: TailUpdate): void {
    this.#sequence = update.sequence
    // A snapshot that was read again may be of later than the append that is told of now.
    if (update.sequence > (this.#snapshot?.through ?? 0)) this.#tail.append(update)
    if (update.summary.deletions.length > 0) this.#deleteSet = undefined
  }

  /**
   * Takes over a snapshot that was written; the tail that it covers goes.
   * @returns false when there is a newer one already
   */
  compacted(snapshot: Snapshot, through: number): boolean {
    if (this.#snapshot && this.#snapshot.through >= through) return false
    this.#snapshot = knownSnapshot(snapshot, through)
    this.#tail.dropThrough(through)
    this.#deleteSet = undefined
    return true
  }

  /** Whether an answer to this state vector takes more of the snapshot than its deletions. */
  usesSnapshot(peer: StateVector): boolean {
    return this.#snapshot !== undefined && !covers(peer, this.#snapshot.vector)
  }

  /**
   * Everything that a peer with this state vector may lack, as one update.
   * @throws Error when that needs the snapshot's update and it was let go
   */
  diff(peer: StateVector): Uint8Array {
    const snapshot = this.#snapshot
    if (this.#tail.length === 0) {
      if (snapshot === undefined) return EMPTY_UPDATE
      // A state vector never tells what was deleted, so a peer that misses nothing still gets the deletions.
      if (!this.usesSnapshot(peer)) return snapshot.deletions
      if (peer.size === 0 && snapshot.update) return snapshot.update
    }
    const pieces = snapshot && this.usesSnapshot(peer) ? piecesOf(snapshot, peer) : []
    for (const piece of this.#tail.piecesFor(peer)) pieces.push(piece)
    return joinPieces(pieces, this.#allDeletions()) ?? this.#diffWithHoles(peer)
  }

  /** All deletions, in no order. */
  *deletions(): Generator<ClockRange> {
    if (this.#snapshot) yield* inspectUpdate(this.#snapshot.deletions, STORED_UPDATE_LIMITS).deletions
    for (const { summary } of this.#tail.updates) yield* summary.deletions
  }

  /**
   * Whether something is deleted that was on disk with this number and is not in this set. A snapshot written since
   * may tell of later deletions: then the answer is no.
   */
  hasDeletedBeyond(held: DeleteSet, through: number): boolean {
    if ((this.#snapshot?.through ?? 0) > through) return false
    const lacks = (deletions: readonly ClockRange[]): boolean => held.subtract(deletions).length > 0
    if (this.#snapshot && lacks(inspectUpdate(this.#snapshot.deletions, STORED_UPDATE_LIMITS).deletions)) return true
    return this.#tail.updates.some(({ sequence, summary }) => sequence <= through && lacks(summary.deletions))
  }

  /** Where a record of the log was lost: Yjs alone writes down that something is missing in between. */
  #diffWithHoles(peer: StateVector): Uint8Array {
    const bases = this.#snapshot ? [this.usesSnapshot(peer) ? this.#snapshot.update : this.#snapshot.deletions] : []
    const updates = bases.map((bytes): InspectedUpdate => {
      if (bytes === undefined) throw new Error('the snapshot is not in memory')
      return { bytes, summary: inspectUpdate(bytes, STORED_UPDATE_LIMITS) }
    })
    const whole = mergeAll([...updates, ...this.#tail.updates])
    return peer.size === 0 ? whole : Y.diffUpdate(whole, encodeStateVector(peer))
  }

  #allDeletions(): Uint8Array {
    if (this.#deleteSet) return this.#deleteSet
    const isInSnapshot = this.#tail.updates.every(({ summary }) => summary.deletions.length === 0)
    // A deletions-only update is its number of blocks, which is none, and its delete set.
    return (this.#deleteSet =
      isInSnapshot && this.#snapshot ? this.#snapshot.deletions.subarray(1) : DeleteSet.of(this.deletions()).encode())
  }
}
