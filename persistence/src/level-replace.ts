/**
 * Putting other content in the place of a document, as a new lineage, in one batch.
 *
 * Owns: which records that takes. Does not own: when (level-storage.ts), who is told (server/).
 * Always holds: before the batch the old document is there, after it the new one, and never anything between; how far
 * the old one's clients had got is kept, as by an erasure. The old bytes go from the files whenever LevelDB
 * rewrites them: this is not the way to be rid of something.
 */
import { randomUUID } from 'node:crypto'
import { documentKey, Kind } from './keys.js'
import { headRecord, prepareAppend } from './level-append.js'
import type { Database } from './level-engine.js'
import { prepareErasure } from './level-erase.js'
import type { Batch } from './level-handle.js'
import { type DocumentHead, newHead } from './level-heads.js'
import type { LogEntry } from './storage.js'

export interface PreparedReplacement {
  readonly fill: (batch: Batch) => void
  readonly head: DocumentHead
}

export async function prepareReplacement(database: Database, entry: LogEntry): Promise<PreparedReplacement> {
  const { name, time } = entry
  const erasure = await prepareErasure(database, name, time)
  const begun = newHead(name, randomUUID())
  const { fill, heads } = prepareAppend([{ ...entry, epoch: begun.epoch }], new Map([[name, begun]]))
  return {
    head: heads.get(name) ?? begun,
    fill: (batch) => {
      erasure?.fill(batch)
      // Its list of keys to clean would name those of the new records.
      batch.del(documentKey(Kind.purge, name))
      batch.put(...headRecord(name, begun))
      fill(batch)
    },
  }
}
