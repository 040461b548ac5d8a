/**
 * How far the clients of a lineage had got, for the day after it was erased.
 *
 * Owns: gathering that from a document's snapshot, log and former lineages.
 * Does not own: where it is kept (records.ts), what is refused because of it (server/).
 * Always holds: only client ids and clocks, never content; what cannot be read has no say.
 */
import {
  decodeStateVector, encodeStateVector, inspectUpdate, MalformedError, type StateVector, STORED_UPDATE_LIMITS,
} from '@cowrite/protocol'
import type { StoredDocument } from './storage.js'

/** The state vector of nothing. */
export const NO_FORMER: Uint8Array = Uint8Array.of(0)

/** @param aside further updates of this lineage, as from quarantine. */
export function formerOf(
  document: Pick<StoredDocument, 'snapshot' | 'tail' | 'former'>,
  aside: Iterable<Uint8Array> = [],
): Uint8Array {
  const former: StateVector = new Map()
  const reach = (client: number, clock: number): void => {
    if (clock > (former.get(client) ?? 0)) former.set(client, clock)
  }
  const takeIn = (vector: Uint8Array): void => {
    for (const [client, clock] of decodeStateVector(vector, STORED_UPDATE_LIMITS)) reach(client, clock)
  }
  const read = (update: Uint8Array): void => {
    for (const { client, end } of inspectUpdate(update, STORED_UPDATE_LIMITS).structs) reach(client, end)
  }
  whereReadable(() => takeIn(document.former))
  const { snapshot } = document
  if (snapshot) whereReadable(() => takeIn(snapshot.stateVector))
  for (const { update } of document.tail) whereReadable(() => read(update))
  for (const update of aside) whereReadable(() => read(update))
  return encodeStateVector(former)
}

function whereReadable(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
  }
}
