/**
 * The snapshot as a room knows it, whether or not its update is in memory.
 *
 * Owns: what stays of a snapshot when its update is let go, what of it a peer lacks, and that small things do not
 * keep large ones in memory.
 * Does not own: when it is let go (snapshots.ts), the tail (document-state.ts).
 * Always holds: the state vector and the deletions are there; a peer that lacks nothing else needs no more.
 */
import type { Snapshot } from '@cowrite/persistence'
import { covers, decodeStateVector, encodeStateVector, STORED_UPDATE_LIMITS, type StateVector } from '@cowrite/protocol'
import * as Y from 'yjs'

export interface KnownSnapshot {
  readonly through: number
  readonly vector: StateVector
  readonly deletions: Uint8Array
  /** Length of the update in bytes. */
  readonly length: number
  /** Undefined while it is not in memory. */
  update: Uint8Array | undefined
}

/** @throws MalformedError when its state vector is none */
export const knownSnapshot = ({ update, stateVector, deletions }: Snapshot, through: number): KnownSnapshot => ({
  through,
  vector: decodeStateVector(stateVector, STORED_UPDATE_LIMITS),
  // They stay when the update goes, and may be views of the same bytes.
  deletions: new Uint8Array(deletions),
  length: update.length,
  update: alone(update),
})

/** What of the snapshot a peer with this state vector may lack. @throws Error when that needs the update and it was let go */
export function partFor({ update, vector, deletions }: KnownSnapshot, peer: StateVector): Uint8Array {
  // A state vector never tells what was deleted, so a peer that misses nothing still gets the deletions.
  if (covers(peer, vector)) return deletions
  if (update === undefined) throw new Error('the snapshot is not in memory')
  return peer.size === 0 ? update : Y.diffUpdate(update, encodeStateVector(peer))
}

/** Up to this many bytes V8 keeps beside the object, without a buffer that costs more than they do. */
const SMALL_BYTES = 64
/** Bytes around a value that are not worth a copy: what storage writes before it. */
const MARGIN_BYTES = 1024

/** These bytes, without much else that would be kept alive with them. */
export const alone = (bytes: Uint8Array): Uint8Array =>
  bytes.length <= SMALL_BYTES || bytes.buffer.byteLength > bytes.length + MARGIN_BYTES ? new Uint8Array(bytes) : bytes
