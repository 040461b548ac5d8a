/**
 * Appends and compactions as records.
 *
 * Owns: which keys and values a group of entries becomes, and the heads that hold once it is written; what a
 * snapshot takes the place of. The entries of one document lie in one record: for LevelDB as for us a record costs
 * more than the few bytes of an edit.
 * Does not own: whether it may be written, and the writing (level-storage.ts).
 * Always holds: changes nothing; numbers follow on from the heads given, in the order of the entries.
 */
import { documentKey, Kind, rangeOf, recordKey, spanOfKey } from './keys.js'
import type { Database } from './level-engine.js'
import type { Batch } from './level-handle.js'
import { type DocumentHead, newHead } from './level-heads.js'
import { recordOf } from './level-log.js'
import { portionsOf } from './log-block.js'
import { type Sealed, sealUpdates } from './log-records.js'
import { sealHead, sealSnapshot } from './records.js'
import type { HistorySetting, LogEntry, Snapshot } from './storage.js'

export interface PreparedAppend {
  readonly sequences: number[]
  /** Of every document named, as they are after the write. */
  readonly heads: Map<string, DocumentHead>
  readonly fill: (batch: Batch) => void
}

/** @param known heads of the documents that are there already; the others are created. */
export function prepareAppend(entries: readonly LogEntry[], known: ReadonlyMap<string, DocumentHead>): PreparedAppend {
  const records: Sealed[] = []
  const growing = new Map<string, { head: DocumentHead; last: number; entries: LogEntry[] }>()
  const sequences = entries.map((entry) => {
    let document = growing.get(entry.name)
    if (document === undefined) {
      const named = entries.find(({ name, epoch }) => name === entry.name && epoch !== undefined)
      const head = known.get(entry.name) ?? newHead(entry.name, named?.epoch)
      document = { head, last: head.last, entries: [] }
      growing.set(entry.name, document)
      if (!known.has(entry.name)) records.push(headRecord(entry.name, head))
    }
    document.entries.push(entry)
    return ++document.last
  })
  const heads = new Map<string, DocumentHead>()
  for (const [name, { head, last, entries: added }] of growing) {
    heads.set(name, { ...head, last })
    let from = head.last + 1
    for (const portion of portionsOf(added)) {
      records.push(sealUpdates(head.logStart, from, portion))
      from += portion.length
    }
  }
  const fill = (batch: Batch): void => {
    for (const [key, value] of records) batch.put(key, value)
  }
  return { sequences, heads, fill }
}

export function headRecord(name: string, head: DocumentHead): [key: Uint8Array, value: Uint8Array] {
  const key = documentKey(Kind.head, name)
  return [key, sealHead(key, head)]
}

/** @returns also how many updates of the log go. @throws what classic-level throws when reading fails. */
export async function prepareCompaction(
  database: Database,
  name: string,
  head: DocumentHead,
  snapshot: Snapshot & { readonly through: number },
  history: HistorySetting,
): Promise<{ fill: (batch: Batch) => void; dropped: number }> {
  const start = documentKey(Kind.snapshot, name)
  const former = await database.keys(rangeOf(start)).all()
  const { gone, left, dropped } = history === 'keep' ? NOTHING_DROPPED : await withoutBeginning(database, head, snapshot.through)
  const key = recordKey(start, snapshot.through)
  const fill = (batch: Batch): void => {
    for (const old of [...former, ...gone]) batch.del(old)
    for (const [rest, value] of left) batch.put(rest, value)
    batch.put(key, sealSnapshot(key, snapshot))
  }
  return { fill, dropped }
}

interface Dropping {
  readonly gone: readonly Uint8Array[]
  /** What takes the place of records of which a part stays. */
  readonly left: readonly Sealed[]
  /** Updates that go. */
  readonly dropped: number
}

const NOTHING_DROPPED: Dropping = { gone: [], left: [], dropped: 0 }

async function withoutBeginning(database: Database, { logStart }: DocumentHead, through: number): Promise<Dropping> {
  const gone = await database.keys({ gte: logStart, lt: recordKey(logStart, through + 1) }).all()
  const counts = gone.map((key) => spanOfKey(key, logStart)).map((span) => (span ? span.to - span.from + 1 : 1))
  const dropped = counts.reduce((sum, count) => sum + count, 0)
  const found = await recordOf(database, logStart, through)
  if (found === undefined || found.span.to === through) return { gone, left: [], dropped }
  const left = found.updates.filter(({ sequence }) => sequence > through)
  return { gone: [...gone, found.key], left: await found.resealed(left), dropped: dropped + found.updates.length - left.length }
}
