/**
 * Reading one document from LevelDB, whatever state its records are in.
 *
 * Owns: what is a document, given its records; what counts as damage; how a bad record is put aside.
 * Does not own: when to write that (level-storage.ts).
 * Always holds: reading changes nothing and sees one moment of the database; a bad record never
 * keeps the good ones from being read; nothing found is thrown away, it is moved.
 */
import { documentKey, keyBeforeAside, Kind, type KindOfDocument, rangeOf, recordKey, sequenceOfKey, spanOfKey } from './keys.js'
import type { Batch } from './level-handle.js'
import { type DocumentHead, readHead } from './level-heads.js'
import { addAll, Numbering, putAside } from './level-log.js'
import { openLog } from './log-records.js'
import { NO_FORMER } from './former.js'
import type { Database, DatabaseMoment } from './level-engine.js'
import { DamagedRecord, openFormer, openSnapshot, sealFormer, sealHead } from './records.js'
import type { DamageReport, LogRecord, StoredDocument } from './storage.js'

/** Read at once; large enough to be quick, small enough not to hold up the event loop. */
const CHUNK_RECORDS = 1000
const CHUNK_BYTES = 256 * 1024

/** Something wrong, and the record to put aside for it, if there is one. */
interface Finding {
  readonly report: DamageReport
  readonly record?: { readonly key: Uint8Array; readonly value: Uint8Array; readonly kind: KindOfDocument }
}

export interface DocumentReading {
  readonly head: DocumentHead
  readonly document: StoredDocument
  readonly findings: readonly Finding[]
  /** The head was made up anew and has to be written. */
  readonly headDamaged: boolean
}

export type Entry = [key: Uint8Array, value: Uint8Array]

/** @returns undefined when there is no such document. @throws what classic-level throws when reading fails. */
export async function readDocument(database: Database, name: string): Promise<DocumentReading | undefined> {
  const moment = database.snapshot()
  try {
    const { head, damage } = await readHead(database, name, moment)
    if (head === undefined) return undefined
    const findings: Finding[] = []
    if (damage !== undefined) {
      const key = documentKey(Kind.head, name)
      const record = damage.found && { key, value: damage.found, kind: Kind.head }
      findings.push({ report: { document: name, kind: 'head', reason: damage.reason }, ...(record && { record }) })
    }
    const former = await readFormer(database, name, moment, findings)
    const aside = await readQuarantine(database, name, moment)
    const snapshot = await readSnapshot(database, name, moment, findings)
    const { tail, gaps } = await readTail(database, name, moment, snapshot?.through ?? 0, findings)
    if (head.last === 0 && !head.erased && !(await database.has(documentKey(Kind.former, name), { snapshot: moment }))) {
      const reason = 'The document has a head record and nothing else: all its updates are missing.'
      findings.push({ report: { document: name, kind: 'gap', from: 1, reason } })
    }
    const explained = new Set(aside.log)
    for (const { report } of findings) if (report.kind === 'log') addAll(explained, report.from, report.to)
    const lostWithSnapshot = Math.max(
      aside.snapshotThrough,
      ...findings.map(({ report }) => (report.kind === 'snapshot' ? (report.to ?? 0) : 0)),
    )
    for (const gap of gaps) {
      const [from, to] = unexplained(gap, explained, lostWithSnapshot)
      if (from > to) continue
      const reason = 'These updates are missing from the log; what came later was kept.'
      findings.push({ report: { document: name, kind: 'gap', from, to, reason } })
    }
    const quarantined = aside.count + findings.filter(({ record }) => record !== undefined).length
    const document = { epoch: head.epoch, former, snapshot, tail, quarantined }
    return { head, document, findings, headDamaged: damage !== undefined }
  } finally {
    await moment.close()
  }
}

/** Moves every bad record that was found to the side, and writes a lost head anew. */
export function putFindingsAside(batch: Batch, name: string, reading: DocumentReading): void {
  for (const { report, record } of reading.findings) {
    if (record !== undefined) putAside(batch, record.key, record.value, report.reason)
    // That there was an erasure must not be forgotten with what it left.
    if (record?.kind === Kind.former) batch.put(record.key, sealFormer(record.key, NO_FORMER))
  }
  if (!reading.headDamaged) return
  const key = documentKey(Kind.head, name)
  batch.put(key, sealHead(key, reading.head))
}

/** The clocks of former lineages; what is damaged is put aside, and says nothing any more. */
async function readFormer(
  database: Database,
  name: string,
  moment: DatabaseMoment,
  findings: Finding[],
): Promise<Uint8Array> {
  const key = documentKey(Kind.former, name)
  const value = await database.get(key, { snapshot: moment })
  try {
    return value === undefined ? NO_FORMER : openFormer(key, value)
  } catch (error) {
    if (!(error instanceof DamagedRecord)) throw error
    const reason = `The list of former clients is unreadable (${error.message}): it was put aside; old copies are recognized by their epoch alone.`
    findings.push({ report: { document: name, kind: 'head', reason }, record: { key, value: value as Uint8Array, kind: Kind.former } })
    return NO_FORMER
  }
}

/** What was put aside before: how many, the log's sequences among them, and what the snapshots covered. */
async function readQuarantine(
  database: Database,
  name: string,
  moment: DatabaseMoment,
): Promise<{ count: number; log: Set<number>; snapshotThrough: number }> {
  const start = documentKey(Kind.quarantine, name)
  const logStart = documentKey(Kind.log, name)
  const found = { count: 0, log: new Set<number>(), snapshotThrough: 0 }
  for (const key of await database.keys({ ...rangeOf(start), snapshot: moment }).all()) {
    found.count++
    const span = key.at(-1) === Kind.log ? spanOfKey(keyBeforeAside(key), logStart) : undefined
    if (span) addAll(found.log, span.from, span.to)
    if (key.at(-1) === Kind.snapshot) found.snapshotThrough = Math.max(found.snapshotThrough, sequenceOfKey(key, start) ?? 0)
  }
  return found
}

/** The newest readable snapshot; there is more than one only when a step of the past went wrong. */
async function readSnapshot(
  database: Database,
  name: string,
  moment: DatabaseMoment,
  findings: Finding[],
): Promise<StoredDocument['snapshot']> {
  const start = documentKey(Kind.snapshot, name)
  const iterator = database.iterator({ ...rangeOf(start), reverse: true, snapshot: moment })
  for await (const [key, value] of iterator) {
    const through = sequenceOfKey(key, start)
    try {
      if (through !== undefined) return { ...openSnapshot(key, value), through }
    } catch (error) {
      if (!(error instanceof DamagedRecord)) throw error
      const reason = `The snapshot is unreadable (${error.message}): it was put aside; what the log has was read.`
      const report: DamageReport = { document: name, kind: 'snapshot', from: through ?? 0, to: through ?? 0, reason }
      findings.push({ report, record: { key, value, kind: Kind.snapshot } })
    }
  }
  return undefined
}

/** The log after `through`, and the ranges of sequences that it lacks before its last record. */
async function readTail(
  database: Database,
  name: string,
  moment: DatabaseMoment,
  through: number,
  findings: Finding[],
): Promise<{ tail: LogRecord[]; gaps: readonly [from: number, to: number][] }> {
  const start = documentKey(Kind.log, name)
  const tail: LogRecord[] = []
  const numbering = new Numbering(through + 1)
  const range = { gte: recordKey(start, through + 1), lt: rangeOf(start).lt }
  for await (const entries of chunksOf(database, range, moment)) {
    for (const [key, value] of entries) {
      const span = spanOfKey(key, start)
      if (span === undefined) continue
      const from = Math.max(span.from, through + 1)
      numbering.take({ from, to: span.to })
      try {
        const updates = openLog(key, value, span)
        // What a pack took the place of, come back with a file that lost the deletion.
        while (tail.length > 0 && (tail.at(-1)?.sequence ?? 0) >= from) tail.pop()
        for (const update of updates) if (update.sequence >= from) tail.push(update)
      } catch (error) {
        if (!(error instanceof DamagedRecord)) throw error
        const reason = `A log record is unreadable (${error.message}): it was put aside alone.`
        const report: DamageReport = { document: name, kind: 'log', from, to: span.to, reason }
        findings.push({ report, record: { key, value, kind: Kind.log } })
      }
    }
  }
  return { tail, gaps: numbering.gaps }
}

async function* chunksOf(
  database: Database,
  range: { gte?: Uint8Array; lt?: Uint8Array },
  moment: DatabaseMoment,
): AsyncGenerator<Entry[]> {
  const iterator = database.iterator({ ...range, snapshot: moment, highWaterMarkBytes: CHUNK_BYTES })
  try {
    for (;;) {
      const entries = await iterator.nextv(CHUNK_RECORDS)
      if (entries.length === 0) return
      yield entries
    }
  } finally {
    await iterator.close()
  }
}

/** Everything, in the order of the keys, as it is now. */
export async function* allRecords(database: Database): AsyncGenerator<Entry[]> {
  const moment = database.snapshot()
  try {
    yield* chunksOf(database, {}, moment)
  } finally {
    await moment.close()
  }
}

/** What remains of a gap at both its ends after taking off what is accounted for. */
export function unexplained(
  gap: readonly [from: number, to: number],
  explained: ReadonlySet<number | undefined>,
  lost: number,
): [from: number, to: number] {
  let [from, to] = gap
  from = Math.max(from, lost + 1)
  while (from <= to && explained.has(from)) from++
  while (from <= to && explained.has(to)) to--
  return [from, to]
}
