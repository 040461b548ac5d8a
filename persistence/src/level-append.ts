/**
 * One append as records.
 *
 * Owns: which keys and values a group of entries becomes, and the heads that hold once it is written.
 * Does not own: whether it may be written, and the writing (level-storage.ts).
 * Always holds: pure; numbers follow on from the heads given, in the order of the entries.
 */
import { documentKey, Kind, recordKey } from './keys.js'
import type { Batch } from './level-handle.js'
import { type DocumentHead, newHead } from './level-heads.js'
import { sealHead, sealLogRecord } from './records.js'
import type { LogEntry } from './storage.js'

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
