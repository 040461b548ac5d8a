/**
 * The snapshot as a room knows it, whether or not its update is in memory.
 *
 * Owns: what stays of a snapshot when its update is let go, what of it a peer lacks, and that small things do not
 * keep large ones in memory.
 * Does not own: when it is let go (snapshots.ts), the tail (document-state.ts).
 * Always holds: the state vector and the deletions are there; a peer that lacks nothing else needs no more.
 */
import type { Snapshot } from '@cowrite/persistence'
import {
  type ClientBlock, decodeStateVector, type Piece, piecesFor, STORED_UPDATE_LIMITS, type StateVector, structsOf,
} from '@cowrite/protocol'

export interface KnownSnapshot {
  readonly through: number
  readonly vector: StateVector
  /** Its deletions-only update. */
  readonly deletions: Uint8Array
  /** Length of the update in bytes. */
  readonly length: number
  /** Undefined while it is not in memory. */
  update: Uint8Array | undefined
  /** Where its structs are; made at the first peer who lacks a part of it. Undefined when `update` is. */
  map: SnapshotMap | undefined
}

/** A reading of a snapshot's update, once for all who lack a part. */
interface SnapshotMap {
  readonly bytes: Uint8Array
  readonly structs: readonly ClientBlock[]
  readonly marks: readonly number[]
}

/** @throws MalformedError when its state vector is none */
export const knownSnapshot = ({ update, stateVector, deletions }: Snapshot, through: number): KnownSnapshot => ({
  through,
  vector: decodeStateVector(stateVector, STORED_UPDATE_LIMITS),
  // They stay when the update goes, and may be views of the same bytes.
  deletions: new Uint8Array(deletions),
  length: update.length,
  update: alone(update),
  map: undefined,
})

/** The structs of the snapshot that a peer may lack. @throws Error when that needs the update and it was let go */
export function piecesOf(snapshot: KnownSnapshot, peer: StateVector): Piece[] {
  const { structs, bytes, marks } = (snapshot.map ??= mapOf(snapshot.update))
  return piecesFor(bytes, structs, peer, marks)
}

function mapOf(bytes: Uint8Array | undefined): SnapshotMap {
  if (bytes === undefined) throw new Error('the snapshot is not in memory')
  const marks: number[] = []
  return { bytes, marks, structs: structsOf(bytes, marks) }
}

/** Up to this many bytes V8 keeps beside the object, without a buffer that costs more than they do. */
const SMALL_BYTES = 64
/** Bytes around a value that are not worth a copy: what storage writes before it. */
const MARGIN_BYTES = 1024

/** These bytes, without much else that would be kept alive with them. */
export const alone = (bytes: Uint8Array): Uint8Array =>
  bytes.length <= SMALL_BYTES || bytes.buffer.byteLength > bytes.length + MARGIN_BYTES ? new Uint8Array(bytes) : bytes
