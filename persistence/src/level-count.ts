/**
 * Counting what is in a database.
 *
 * Owns: which records count as what. Always holds: reads keys, and no values but those of heads.
 */
import { Kind, partsOfKey } from './keys.js'
import { type ScanOptions, scanKeys } from './level-scan.js'
import type { LevelStorage } from './level-storage.js'
import { DamagedRecord, openHead } from './records.js'

export interface RecordCounts {
  readonly documents: number
  /** Documents that were removed and can be restored. */
  readonly deleted: number
  readonly updates: number
  readonly snapshots: number
  readonly quarantined: number
}

export function countRecords(storage: LevelStorage, options: ScanOptions = {}): Promise<RecordCounts> {
  return storage.reading(async (database) => {
    const moment = database.snapshot()
    const counts = { documents: 0, deleted: 0, updates: 0, snapshots: 0, quarantined: 0 }
    try {
      for await (const [key, value] of database.iterator({ gte: Uint8Array.of(Kind.head), lt: Uint8Array.of(Kind.head + 1), snapshot: moment })) {
        const standing = standingOfHead(key, value)
        if (standing === 'present') counts.documents++
        else if (standing === 'removed') counts.deleted++
      }
      for await (const keys of scanKeys(database, moment, options)) {
        for (const key of keys) {
          if (key[0] === Kind.log) counts.updates += updatesOf(key)
          else if (key[0] === Kind.snapshot) counts.snapshots++
          else if (key[0] === Kind.quarantine) counts.quarantined++
        }
      }
      return counts
    } finally {
      await moment.close()
    }
  })
}

/** How many updates a log record holds, by its key. */
function updatesOf(key: Uint8Array): number {
  const span = partsOfKey(key)?.span
  return span === undefined ? 1 : span.to - span.from + 1
}

/** What a head says of its document. A garbled one names a document all the same. */
export function standingOfHead(key: Uint8Array, value: Uint8Array): 'present' | 'removed' | 'erased' {
  try {
    const { removed, erased } = openHead(key, value)
    return erased ? 'erased' : removed === undefined ? 'present' : 'removed'
  } catch (error) {
    if (error instanceof DamagedRecord) return 'present'
    throw error
  }
}
