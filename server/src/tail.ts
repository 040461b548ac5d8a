/**
 * The committed updates since the snapshot, as a room keeps them.
 *
 * Owns: the updates in their order, what each brings, and what of them a peer lacks.
 * Does not own: what is committed (document-state.ts), when a tail is compacted (compactions.ts).
 * Always holds: nothing is merged before somebody asks, and what was read of an update is not read again.
 */
import type { InspectedUpdate, Piece, StateVector } from '@cowrite/protocol'
import { piecesFor } from '@cowrite/protocol'

export interface TailUpdate extends InspectedUpdate {
  readonly sequence: number
}

export class Tail {
  #updates: TailUpdate[] = []
  #bytes = 0

  get length(): number {
    return this.#updates.length
  }

  /** Bytes of all updates. */
  get bytes(): number {
    return this.#bytes
  }

  get updates(): readonly TailUpdate[] {
    return this.#updates
  }

  append(update: TailUpdate): void {
    this.#updates.push(update)
    this.#bytes += update.bytes.length
  }

  /** The structs that a peer with this state vector may lack, in the order in which they were committed. */
  piecesFor(peer: StateVector): Piece[] {
    return this.#updates.flatMap(({ bytes, summary }) => piecesFor(bytes, summary.structs, peer))
  }

  /** Forgets the updates that a snapshot stands for now. */
  dropThrough(sequence: number): void {
    this.#updates = this.#updates.filter((update) => update.sequence > sequence)
    this.#bytes = this.#updates.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }
}
