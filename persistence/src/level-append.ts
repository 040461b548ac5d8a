/**
 * Appends and compactions as records.
 *
 * Owns: which keys and values a group of entries becomes, and the heads that hold once it is written; what a
 * snapshot takes the place of.
 * Does not own: whether it may be written, and the writing (level-storage.ts).
 * Always holds: changes nothing; numbers follow on from the heads given, in the order of the entries.
 */
import { documentKey, Kind, rangeOf, recordKey } from './keys.js'
import type { Database } from './level-engine.js'
import type { Batch } from './level-handle.js'
import { type DocumentHead, newHead } from './level-heads.js'
import { sealHead, sealLogRecord, sealSnapshot } from './records.js'
import type { HistorySetting, LogEntry, Snapshot } from './storage.js'

export interface PreparedAppend {
  readonly sequences: number[]
  /** Of every document named, as they are after the write. */
  readonly heads: Map<string, DocumentHead>
  readonly fill: (batch: Batch) => void
}

/** @param known heads of the documents that are there already; the others are created. */
export function prepareAppend(entries: readonly LogEntry[], known: ReadonlyMap<string, DocumentHead>): PreparedAppend {
  const records: [key: Uint8Array, value: Uint8Array][] = []
  const growing = new Map<string, { head: DocumentHead; last: number }>()
  const sequences = entries.map((entry) => {
    let document = growing.get(entry.name)
    if (document === undefined) {
      const named = entries.find(({ name, epoch }) => name === entry.name && epoch !== undefined)
      const head = known.get(entry.name) ?? newHead(entry.name, named?.epoch)
      document = { head, last: head.last }
      growing.set(entry.name, document)
      if (!known.has(entry.name)) records.push(headRecord(entry.name, head))
    }
    const sequence = ++document.last
    const key = recordKey(document.head.logStart, sequence)
    records.push([key, sealLogRecord(key, entry)])
    return sequence
  })
  const heads = new Map<string, DocumentHead>()
  for (const [name, { head, last }] of growing) heads.set(name, { ...head, last })
  const fill = (batch: Batch): void => {
    for (const [key, value] of records) batch.put(key, value)
  }
  return { sequences, heads, fill }
}

export function headRecord(name: string, head: DocumentHead): [key: Uint8Array, value: Uint8Array] {
  const key = documentKey(Kind.head, name)
  return [key, sealHead(key, head)]
}

/** @returns also how many records of the log go. @throws what classic-level throws when reading fails. */
export async function prepareCompaction(
  database: Database,
  name: string,
  head: DocumentHead,
  snapshot: Snapshot & { readonly through: number },
  history: HistorySetting,
): Promise<{ fill: (batch: Batch) => void; dropped: number }> {
  const start = documentKey(Kind.snapshot, name)
  const former = await database.keys(rangeOf(start)).all()
  const covered = { gte: head.logStart, lt: recordKey(head.logStart, snapshot.through + 1) }
  const dropped = history === 'keep' ? [] : await database.keys(covered).all()
  const key = recordKey(start, snapshot.through)
  const fill = (batch: Batch): void => {
    for (const gone of [...former, ...dropped]) batch.del(gone)
    batch.put(key, sealSnapshot(key, snapshot))
  }
  return { fill, dropped: dropped.length }
}
