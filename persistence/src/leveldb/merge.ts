/**
 * What a LevelDB directory says about each key, over all its tables and logs.
 *
 * Owns: putting the entries of many files in one order and finding the newest of each key.
 * Does not own: reading a file. Always holds: a file is read when the order reaches its first key and let go
 * behind its last, so that memory holds a few files of some megabytes, whatever the size of the database.
 */
import type { Entry } from './batch.js'

export interface FoundEntry extends Entry {
  /** From a damaged place, and nothing proves that the bytes are right. */
  readonly isDoubtful: boolean
}

export interface EntrySource {
  /** No key of it is smaller; undefined when that is not known. */
  readonly smallest: Uint8Array | undefined
  /** Entries in the order of `compareEntries`. */
  read(): Promise<readonly FoundEntry[]>
}

export interface NewestEntry extends FoundEntry {
  readonly source: EntrySource
}

/** Given out at once, so that not every single entry costs a turn of the event loop. */
const CHUNK_ENTRIES = 1000

interface Cursor {
  readonly source: EntrySource
  readonly entries: readonly FoundEntry[]
  at: number
}

export const compareKeys = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b)

/**
 * By key, and the newest first, as LevelDB has it; but behind all others what is doubtful. Its key may be as
 * wrong as its value: then it would take the place of a sound entry that has that key by right.
 */
export const compareEntries = (a: FoundEntry, b: FoundEntry): number =>
  compareKeys(a.key, b.key) || Number(a.isDoubtful) - Number(b.isDoubtful) || b.sequence - a.sequence

/** The newest entry of each key, deletions among them, in the order of the keys. */
export async function* newestEntries(sources: readonly EntrySource[]): AsyncGenerator<NewestEntry[]> {
  const waiting = sources.toSorted((a, b) =>
    a.smallest && b.smallest ? compareKeys(b.smallest, a.smallest) : a.smallest ? -1 : b.smallest ? 1 : 0)
  let cursors: Cursor[] = []
  let chunk: NewestEntry[] = []
  for (;;) {
    let best = bestOf(cursors)
    for (let next = waiting.at(-1); next !== undefined; next = waiting.at(-1)) {
      if (best !== undefined && next.smallest !== undefined && compareKeys(next.smallest, best.key) > 0) break
      waiting.pop()
      cursors.push({ source: next, entries: await next.read(), at: 0 })
      best = bestOf(cursors)
    }
    if (best === undefined) break
    chunk.push(best)
    if (chunk.length === CHUNK_ENTRIES) {
      yield chunk
      chunk = []
    }
    let ended = false
    for (const cursor of cursors) {
      while (cursor.at < cursor.entries.length && compareKeys((cursor.entries[cursor.at] as Entry).key, best.key) <= 0) {
        cursor.at++
      }
      ended ||= cursor.at === cursor.entries.length
    }
    if (ended) cursors = cursors.filter(({ at, entries }) => at < entries.length)
  }
  if (chunk.length > 0) yield chunk
}

function bestOf(cursors: readonly Cursor[]): NewestEntry | undefined {
  let best: NewestEntry | undefined
  for (const { source, entries, at } of cursors) {
    const entry = entries[at]
    if (entry === undefined) continue
    if (best === undefined || compareEntries(entry, best) < 0) best = { ...entry, source }
  }
  return best
}
