/**
 * The updates behind a snapshot, as storage has them.
 *
 * Owns: reading what each of them brings; of a long tail over several turns of the event loop.
 * Does not own: what they come to together (document-state.ts), when a tail is compacted (compactions.ts).
 * Always holds: what is no update is found here, before there is a room.
 */
import type { LogRecord } from '@cowrite/persistence'
import { inspectUpdate, STORED_UPDATE_LIMITS, type UpdateSummary } from '@cowrite/protocol'
import { alone } from './known-snapshot.js'
import type { Slices } from './slices.js'

export interface ReadUpdate {
  readonly sequence: number
  readonly bytes: Uint8Array
  readonly summary: UpdateSummary
}

/** Updates read in one piece: less than a millisecond of them, unless they are large. */
const AT_ONCE = 100

/** @throws MalformedError */
export function readUpdate({ sequence, update }: LogRecord): ReadUpdate {
  const bytes = alone(update)
  return { sequence, bytes, summary: inspectUpdate(bytes, STORED_UPDATE_LIMITS) }
}

/** Reads them in slices. Rejects with MalformedError. */
export async function readUpdates(records: readonly LogRecord[], slices: Slices): Promise<ReadUpdate[]> {
  const read: ReadUpdate[] = []
  for (let at = 0; at < records.length; at += AT_ONCE) {
    const some = records.slice(at, at + AT_ONCE)
    await slices.run(() => {
      for (const record of some) read.push(readUpdate(record))
    })
  }
  return read
}
