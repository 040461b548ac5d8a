/**
 * What an update says about itself, and what follows from that for a document whose state is known.
 *
 * Owns: the summary, the causality check against a state vector, exchanging a delete set.
 * Does not own: reading the bytes (update-inspect.ts), or storing and relaying them.
 * Always holds: nothing here looks at the update's structs again; the summary suffices.
 */
import { DeleteSet } from './delete-set.js'
import type { ClockRange, StateVector } from './state-vector.js'
import type { ClientBlock } from './update-pieces.js'

/** What an update says about itself. */
export interface UpdateSummary {
  /** What it brings: its client blocks, in the order of the update (clients descending). */
  readonly structs: readonly ClientBlock[]
  /** What it builds on and does not bring: client to the state that must be known before it. */
  readonly needs: ReadonlyMap<number, number>
  /** What it deletes; ranges that touch are joined. */
  readonly deletions: readonly ClockRange[]
  /** Names of the root types that it writes into by name. */
  readonly roots: ReadonlySet<string>
  /** Whether it has holes (Skip structs, as `Y.mergeUpdates` leaves them). Such an update is never canonical. */
  readonly incomplete: boolean
  /** Offset in bytes at which its delete set begins. */
  readonly structsEnd: number
}

/**
 * Whether a document with this state cannot take the update in whole: it begins beyond what is
 * known, builds on or deletes what is neither known nor part of it, or has holes.
 */
export function hasGap(summary: UpdateSummary, known: ReadonlyMap<number, number>): boolean {
  if (summary.incomplete) return true
  for (const [client, end] of summary.needs) {
    if ((known.get(client) ?? 0) < end) return true
  }
  let client = -1
  let reach = 0
  for (const deletion of summary.deletions) {
    if (deletion.client !== client) {
      client = deletion.client
      reach = Math.max(known.get(client) ?? 0, ownEnd(summary.structs, client))
    }
    if (deletion.end > reach) return true
  }
  return false
}

/** Where this client's block ends; 0 without one. Blocks are in descending order. */
function ownEnd(structs: readonly ClockRange[], client: number): number {
  let low = 0
  let high = structs.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const block = structs[middle] as ClockRange
    if (block.client === client) return block.end
    if (block.client > client) low = middle + 1
    else high = middle - 1
  }
  return 0
}

/** The same structs, byte for byte, with another delete set (in any order; it is written as Yjs would). */
export function withDeletions(
  update: Uint8Array,
  summary: UpdateSummary,
  deletions: readonly ClockRange[],
): Uint8Array {
  const encoded = DeleteSet.of(deletions).encode()
  const result = new Uint8Array(summary.structsEnd + encoded.length)
  result.set(update.subarray(0, summary.structsEnd))
  result.set(encoded, summary.structsEnd)
  return result
}

/** Takes the update's structs into a state. Only for an update without a gap against it. */
export function advance(known: StateVector, summary: UpdateSummary): void {
  for (const { client, end } of summary.structs) {
    if (end > (known.get(client) ?? 0)) known.set(client, end)
  }
}
