/**
 * What an erasure deletes and what it leaves.
 *
 * Owns: the one batch that turns a document into a name, a time and the clocks of its clients.
 * Does not own: getting the bytes out of LevelDB's files afterwards (level-purge.ts).
 * Always holds: with the batch goes the list of what to clean, with which a start after a crash goes on.
 */
import { formerOf } from './former.js'
import { documentKey, Form, keyBeforeAside, Kind, rangeOf, sequenceOfKey, spanOfKey } from './keys.js'
import { headRecord } from './level-append.js'
import type { DocumentHead } from './level-heads.js'
import type { Batch } from './level-handle.js'
import { type DocumentReading, readDocument } from './level-load.js'
import type { Database } from './level-engine.js'
import { openLog } from './log-records.js'
import { DamagedRecord, openQuarantined, type Purge, sealFormer, sealPurge } from './records.js'

/** Where content lies. */
export const CONTENT_KINDS = [Kind.log, Kind.snapshot, Kind.quarantine, Kind.restorePoint] as const

export interface PreparedErasure {
  readonly fill: (batch: Batch) => void
  /** The head that is left. */
  readonly head: DocumentHead
  readonly purge: Purge
}

/** @returns undefined when there is no such document. */
export async function prepareErasure(database: Database, name: string, time: number): Promise<PreparedErasure | undefined> {
  const reading = await readDocument(database, name)
  if (reading === undefined) return undefined
  const keys: Uint8Array[] = []
  for (const kind of CONTENT_KINDS) keys.push(...(await database.keys(rangeOf(documentKey(kind, name))).all()))
  const { logStart } = reading.head
  const isNumbered = (key: Uint8Array): boolean => key[0] === Kind.log && spanOfKey(key, logStart)?.form === Form.one
  const logKeys = keys.filter(isNumbered)
  const purge: Purge = {
    from: sequenceOfKey(logKeys[0] ?? logStart, logStart) ?? 1,
    to: sequenceOfKey(logKeys.at(-1) ?? logStart, logStart) ?? 0,
    keys: keys.filter((key) => !isNumbered(key)),
  }
  const head = { ...reading.head, removed: time, erased: true, last: 0, through: 0 }
  const formerKey = documentKey(Kind.former, name)
  const former = formerOf(reading.document, await updatesAside(database, name, reading))
  const purgeKey = documentKey(Kind.purge, name)
  const fill = (batch: Batch): void => {
    for (const key of keys) batch.del(key)
    batch.put(formerKey, sealFormer(formerKey, former))
    batch.put(purgeKey, sealPurge(purgeKey, purge))
    batch.put(...headRecord(name, head))
  }
  return { fill, head, purge }
}

/** The updates in quarantine, as far as they can be read: clients hold them as well. */
async function updatesAside(database: Database, name: string, { head }: DocumentReading): Promise<Uint8Array[]> {
  const updates: Uint8Array[] = []
  for (const [key, value] of await database.iterator(rangeOf(documentKey(Kind.quarantine, name))).all()) {
    const before = keyBeforeAside(key)
    const span = before[0] === Kind.log ? spanOfKey(before, head.logStart) : undefined
    if (span === undefined) continue
    try {
      for (const { update } of openLog(before, openQuarantined(key, value).found, span)) updates.push(update)
    } catch (error) {
      if (!(error instanceof DamagedRecord)) throw error
    }
  }
  return updates
}
