/**
 * What an incoming update brings to a document whose state is known.
 *
 * Owns: the verdicts, and cutting an update down to what is new.
 * Does not own: the state (document-state.ts), whether the bytes are an update at all (protocol/).
 * Always holds: nothing is changed by judging; what is new is in the log once.
 */
import { type ClockRange, encodeStateVector, hasGap, inspectUpdate, sameRanges, type StateVector, UPDATE_LIMITS, type UpdateLimits, type UpdateSummary, withDeletions } from '@cowrite/protocol'
import * as Y from 'yjs'
import type { FormerLineages } from './former-lineages.js'
import { EMPTY_UPDATE } from './merge.js'

/** What an update was found to bring. */
export type Judgement =
  /** It refers to what this document does not have. */
  | { verdict: 'gap' }
  /** All of it is known already. */
  | { verdict: 'nothing' }
  /** It brings, or builds on, what was erased together with a former lineage. */
  | { verdict: 'former' }
  /** `update` is the part that is new, `summary` what it says about itself: the ticket for `take`. */
  | { verdict: 'new'; update: Uint8Array; summary: UpdateSummary }

/** What one has to know of a document. */
export interface Known {
  readonly state: StateVector
  /** The parts of these ranges that are not deleted yet. */
  readonly newDeletions: (ranges: readonly ClockRange[]) => ClockRange[]
  readonly former: Pick<FormerLineages, 'areTouchedBy'>
}

const NO_STRUCTS: readonly never[] = []

/**
 * @param limits of what it may hold; those of a client's message unless given
 * @throws MalformedError
 */
export function judge(update: Uint8Array, { state, newDeletions, former }: Known, limits: UpdateLimits = UPDATE_LIMITS): Judgement {
  let summary = inspectUpdate(update, limits)
  if (former.areTouchedBy(summary)) return { verdict: 'former' }
  if (hasGap(summary, state)) return { verdict: 'gap' }
  const clockOf = (client: number): number => state.get(client) ?? 0
  let fresh = update
  if (summary.structs.some(({ client, clock }) => clock < clockOf(client))) {
    if (summary.structs.every(({ client, end }) => end <= clockOf(client))) {
      // Nothing but deletions can be new: so it is with most answers to a step 1, which always bring all deletions.
      fresh = EMPTY_UPDATE
      summary = { ...summary, structs: NO_STRUCTS, structsEnd: 1 }
    } else {
      // Part of it is known: cut that off, so that the log holds everything once.
      fresh = Y.diffUpdate(fresh, encodeStateVector(state))
      summary = inspectUpdate(fresh, limits)
    }
  }
  if (summary.deletions.length > 0) {
    const deletions = newDeletions(summary.deletions)
    if (fresh === EMPTY_UPDATE || !sameRanges(deletions, summary.deletions)) {
      fresh = withDeletions(fresh, summary, deletions)
      summary = { ...summary, deletions }
    }
  }
  if (summary.structs.length === 0 && summary.deletions.length === 0) return { verdict: 'nothing' }
  // A small view would keep the whole network buffer alive that it was read from, up to 64 KiB each.
  return { verdict: 'new', update: fresh === update ? update.slice() : fresh, summary }
}
