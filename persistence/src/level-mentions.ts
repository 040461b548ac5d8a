/**
 * Reading which files the records of a database refer to.
 *
 * Owns: which records count: all of one document that hold content, or every record there is.
 * Does not own: how a reference looks (mentioned-files.ts).
 * Always holds: one portion is in memory at a time, and other work gets its turn in between.
 */
import { documentKey, rangeOf } from './keys.js'
import type { LevelAccess } from './level-access.js'
import type { Database } from './level-engine.js'
import { CONTENT_KINDS } from './level-erase.js'
import { allRecords, type Entry } from './level-load.js'
import { addMentions } from './mentioned-files.js'
import { checkName } from './refusals.js'

/** Records read at once. */
const PORTION = 200

/** The hashes in what is kept of one document, or of all. */
export async function mentionedFiles(access: LevelAccess, name?: string): Promise<Set<string>> {
  if (name !== undefined) checkName(name)
  const found = new Set<string>()
  for await (const entries of access.readOn((database) => (name === undefined ? allRecords(database) : recordsOf(database, name)))) {
    for (const [, value] of entries) addMentions(value, found)
  }
  return found
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
