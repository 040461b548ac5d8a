/**
 * Merging updates as bytes.
 *
 * Owns: merging any number of updates in linear time, whether or not they follow on each other.
 * Does not own: which updates, nor whether they belong together (document-state.ts, room.ts).
 * Always holds: updates are given in causal order; what was given is not changed, one alone is given back as it is.
 */
import { type InspectedUpdate, joinUpdates } from '@cowrite/protocol'
import * as Y from 'yjs'

/** Y.mergeUpdates is quadratic in the number of updates; groups of this size keep it linear (DESIGN, "One frame for all"). */
const MERGE_GROUP = 128

/** An update of nothing: no structs, no deletions. */
export const EMPTY_UPDATE: Uint8Array = new Uint8Array([0, 0])

/** Merges updates that stand in causal order; EMPTY_UPDATE when there are none. */
export function mergeAll(updates: readonly InspectedUpdate[]): Uint8Array {
  // Yjs is asked only where a record was lost in between: it alone writes down that something is missing.
  return joinUpdates(updates) ?? mergeWithHoles(updates.map(({ bytes }) => bytes))
}

function mergeWithHoles(updates: readonly Uint8Array[]): Uint8Array {
  let merged = updates
  while (merged.length > 1) {
    const groups: Uint8Array[] = []
    for (let i = 0; i < merged.length; i += MERGE_GROUP) groups.push(Y.mergeUpdates(merged.slice(i, i + MERGE_GROUP)))
    merged = groups
  }
  return merged[0] ?? EMPTY_UPDATE
}
