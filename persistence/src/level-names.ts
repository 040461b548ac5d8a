/**
 * Which documents there are, and which are not any more.
 *
 * Owns: the pages of `list` and `listRemoved`. Does not own: what is in a document (level-load.ts).
 * Always holds: bytewise order, each name once; a damaged head names a document all the same, since
 * loading it will tell.
 */
import { documentKey, Kind, nameOfHeadKey } from './keys.js'
import type { Database } from './level-engine.js'
import { openHead } from './records.js'
import type { RemovedDocument } from './storage.js'

/** Names in bytewise order, at most `limit`, after `after`; without those of removed documents. */
export async function readNames(database: Database, options: { after?: string; limit: number }): Promise<string[]> {
  const names: string[] = []
  for await (const { name, removed } of headsAfter(database, options.after)) {
    if (removed === undefined) names.push(name)
    if (names.length === options.limit) break
  }
  return names
}

/** Removed and erased documents, otherwise as `readNames`. */
export async function readRemoved(
  database: Database,
  options: { after?: string; limit: number },
): Promise<RemovedDocument[]> {
  const found: RemovedDocument[] = []
  for await (const { name, removed, erased } of headsAfter(database, options.after)) {
    if (removed !== undefined) found.push({ name, time: removed, erased })
    if (found.length === options.limit) break
  }
  return found
}

/** A damaged head names a document all the same: loading it will tell. */
async function* headsAfter(
  database: Database,
  after: string | undefined,
): AsyncGenerator<{ name: string; removed: number | undefined; erased: boolean }> {
  const start = after === undefined ? Uint8Array.of(Kind.head) : documentKey(Kind.head, after)
  for await (const [key, value] of database.iterator({ gt: start, lt: Uint8Array.of(Kind.head + 1) })) {
    const name = nameOfHeadKey(key)
    if (name === undefined) continue
    try {
      const { removed, erased } = openHead(key, value)
      yield { name, removed, erased }
    } catch {
      yield { name, removed: undefined, erased: false }
    }
  }
}
