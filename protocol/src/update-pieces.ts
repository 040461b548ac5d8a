/**
 * Taking updates apart and putting them together again as bytes, without decoding a single struct.
 *
 * Owns: the pieces of updates, cutting what a peer has, joining what follows on.
 * Does not own: reading updates (update-inspect.ts), or what is known to whom (server/).
 * Always holds: a struct's bytes do not depend on what stands around it, so pieces are copied as they are;
 * what is joined is one canonical update; pieces that do not follow on are not joined.
 *
 * Why not `Y.mergeUpdates`: it decodes and encodes every struct, 35 ms for a snapshot of 300 kB and one
 * keystroke behind it; this copies. Source of the format: yjs 13.6 `utils/encoding.js`.
 */
import { DeleteSet } from './delete-set.js'
import type { ClockRange, StateVector } from './state-vector.js'
import type { UpdateSummary } from './update.js'
import { uintLength, writeUint } from './var-uint.js'

/** One client's structs within an update, as a place in its bytes. */
export interface ClientBlock extends ClockRange {
  readonly count: number
  /** Offset of the first struct. */
  readonly from: number
  /** Offset behind the last struct. */
  readonly to: number
}

/** Structs of one client that follow on each other, wherever their bytes stand. */
export interface Piece extends ClientBlock {
  readonly bytes: Uint8Array
}

/** An update, and what it says about itself. */
export interface InspectedUpdate {
  readonly bytes: Uint8Array
  readonly summary: Pick<UpdateSummary, 'structs' | 'deletions'>
}

/**
 * Where structs begin: offset, clock and number within its block by turns, in the order of the bytes. One in
 * `MARK_EVERY` structs has a mark, but for the first of a block.
 */
export type StructMarks = readonly number[]

/** A peer that has part of a block is sent up to this many structs twice; Yjs passes over what it has. */
export const MARK_EVERY = 16

const NO_DELETIONS = Uint8Array.of(0)

/** The structs of an update that a peer may lack; with marks not much more than these. */
export function piecesFor(bytes: Uint8Array, structs: readonly ClientBlock[], peer: StateVector, marks: StructMarks = []): Piece[] {
  const pieces: Piece[] = []
  for (const block of structs) {
    const known = peer.get(block.client) ?? 0
    if (known >= block.end) continue
    pieces.push({ bytes, ...(known > block.clock ? restOf(block, known, marks) : block) })
  }
  return pieces
}

/** The block from the last mark on at which no more than `known` clocks are left out. */
function restOf(block: ClientBlock, known: number, marks: StructMarks): ClientBlock {
  let low = 0
  let high = marks.length / 3
  while (low < high) {
    const middle = (low + high) >>> 1
    const offset = marks[3 * middle] as number
    const isBefore = offset <= block.from || (offset < block.to && (marks[3 * middle + 1] as number) <= known)
    if (isBefore) low = middle + 1
    else high = middle
  }
  const at = 3 * (low - 1)
  if (at < 0 || (marks[at] as number) <= block.from) return block
  return { ...block, from: marks[at] as number, clock: marks[at + 1] as number, count: block.count - (marks[at + 2] as number) }
}

/**
 * One update of updates that follow on each other, in this order.
 * @returns undefined when they do not: something is missing between them, or is there twice
 */
export function joinUpdates(updates: readonly InspectedUpdate[]): Uint8Array | undefined {
  const [only] = updates
  if (only && updates.length === 1) return only.bytes
  const pieces = updates.flatMap(({ bytes, summary }) => summary.structs.map((block): Piece => ({ bytes, ...block })))
  const deletions = updates.flatMap(({ summary }) => summary.deletions)
  return joinPieces(pieces, deletions.length === 0 ? NO_DELETIONS : DeleteSet.of(deletions).encode())
}

/**
 * One update of pieces that follow on each other, for each client in this order.
 * @param deletions its delete set, encoded
 * @returns undefined when they do not follow on
 */
export function joinPieces(pieces: readonly Piece[], deletions: Uint8Array): Uint8Array | undefined {
  const clients = new Map<number, Piece[]>()
  let length = deletions.length
  for (const piece of pieces) {
    length += piece.to - piece.from
    const before = clients.get(piece.client)
    if (before === undefined) clients.set(piece.client, [piece])
    else if (before.at(-1)?.end === piece.clock) before.push(piece)
    else return undefined
  }
  // Yjs writes higher clients first.
  const blocks = [...clients].toSorted((a, b) => b[0] - a[0])
  length += uintLength(blocks.length)
  for (const [client, [first, ...rest]] of blocks) {
    if (first === undefined) continue
    length += uintLength(countOf(first, rest)) + uintLength(client) + uintLength(first.clock)
  }
  const update = new Uint8Array(length)
  let pos = writeUint(update, 0, blocks.length)
  for (const [client, [first, ...rest]] of blocks) {
    if (first === undefined) continue
    pos = writeUint(update, pos, countOf(first, rest))
    pos = writeUint(update, pos, client)
    pos = writeUint(update, pos, first.clock)
    pos = copy(update, pos, first)
    for (const piece of rest) pos = copy(update, pos, piece)
  }
  update.set(deletions, pos)
  return update
}

const countOf = (first: Piece, rest: readonly Piece[]): number => rest.reduce((sum, { count }) => sum + count, first.count)

/** Up to this many bytes a loop is faster than a view and `set`. */
const SHORT_BYTES = 64

function copy(target: Uint8Array, at: number, { bytes, from, to }: Piece): number {
  if (to - from > SHORT_BYTES) target.set(bytes.subarray(from, to), at)
  else for (let i = from, j = at; i < to; i++, j++) target[j] = bytes[i] as number
  return at + to - from
}
