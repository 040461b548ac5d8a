/**
 * Reading which files the records of a database refer to.
 *
 * Owns: which records count: all of one document that hold content, or every record there is.
 * Does not own: how a reference looks (mentioned-files.ts).
 * Always holds: one portion is in memory at a time, and other work gets its turn in between.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { documentKey, Form, isPack, Kind, partsOfKey, rangeOf } from './keys.js'
import type { LevelAccess } from './level-access.js'
import type { Database } from './level-engine.js'
import { CONTENT_KINDS } from './level-erase.js'
import { allRecords, type Entry } from './level-load.js'
import { openLog } from './log-records.js'
import { addMentions } from './mentioned-files.js'
import { DamagedRecord } from './records.js'
import { checkName } from './refusals.js'

/** Records read at once. */
const PORTION = 200

/** The hashes in what is kept of one document, or of all. */
export async function mentionedFiles(access: LevelAccess, name?: string): Promise<Set<string>> {
  if (name !== undefined) checkName(name)
  const found = new Set<string>()
  for await (const entries of access.readOn((database) => (name === undefined ? allRecords(database) : recordsOf(database, name)))) {
    for (const [key, value] of entries) {
      for (const bytes of contentsOf(key, value)) addMentions(bytes, found)
      if (isPack(key)) await nextTurn()
    }
  }
  return found
}

/** Log records of many updates are unpacked: in them nothing stands as it was written. */
function contentsOf(key: Uint8Array, value: Uint8Array): Uint8Array[] {
  const span = key[0] === Kind.log ? partsOfKey(key)?.span : undefined
  if (span === undefined || span.form === Form.one) return [value]
  try {
    return openLog(key, value, span).map(({ update }) => update)
  } catch (error) {
    if (error instanceof DamagedRecord) return []
    throw error
  }
}

async function* recordsOf(database: Database, name: string): AsyncGenerator<Entry[]> {
  for (const kind of CONTENT_KINDS) {
    const iterator = database.iterator(rangeOf(documentKey(kind, name)))
    try {
      for (let entries = await iterator.nextv(PORTION); entries.length > 0; entries = await iterator.nextv(PORTION)) yield entries
    } finally {
      await iterator.close()
    }
  }
}
