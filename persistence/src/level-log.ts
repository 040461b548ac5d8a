/**
 * The log of a document as its records lie in LevelDB.
 *
 * Owns: finding the record of one update, putting aside, which numbers a log lacks.
 * Does not own: the bytes of a record (log-records.ts), reading a whole document (level-load.ts), packing (level-pack.ts).
 * Always holds: changes nothing.
 *
 * Two records may hold the same update only after damage: a lost file took the deletion of records with it whose pack is
 * there. The pack then counts, since its key comes behind theirs and says what it took the place of.
 */
import { asideKey, Form, rangeOf, recordKey, type Span, spanOfKey, type Stretch } from './keys.js'
import type { Database } from './level-engine.js'
import type { Batch } from './level-handle.js'
import type { DocumentHead } from './level-heads.js'
import { openLog, type Sealed, sealOne, sealPack, sealUpdates } from './log-records.js'
import { DamagedRecord, sealQuarantined } from './records.js'
import type { LogRecord } from './storage.js'

export interface FoundRecord {
  readonly key: Uint8Array
  readonly span: Span
  readonly updates: readonly LogRecord[]
  /** The records that take its place when these of its updates are left. */
  readonly resealed: (left: readonly LogRecord[]) => Promise<Sealed[]>
}

/** The record that holds this update; one that cannot be read holds none. @throws what classic-level throws when reading fails. */
export async function recordOf(database: Database, logStart: Uint8Array, sequence: number): Promise<FoundRecord | undefined> {
  const range = { gte: recordKey(logStart, sequence), lt: rangeOf(logStart).lt, limit: 1 }
  const [entry] = await database.iterator(range).all()
  const span = entry && spanOfKey(entry[0], logStart)
  if (span === undefined || span.from > sequence) return undefined
  const [key, value] = entry as Sealed
  const seal = span.form === Form.pack ? sealPack : sealUpdates
  const resealed = (left: readonly LogRecord[]): Promise<Sealed[]> =>
    Promise.all(unbroken(left).map(async (run) => seal(logStart, (run[0] as LogRecord).sequence, run)))
  try {
    return { key, span, updates: openLog(key, value, span), resealed }
  } catch (error) {
    if (error instanceof DamagedRecord) return undefined
    throw error
  }
}

/**
 * What takes one update out of the log and keeps it aside, alone; undefined when the log has no such update.
 * @throws what classic-level throws when reading fails.
 */
export async function prepareQuarantine(
  database: Database,
  { logStart }: DocumentHead,
  sequence: number,
  reason: string,
): Promise<((batch: Batch) => void) | undefined> {
  const alone = recordKey(logStart, sequence)
  const value = await database.get(alone)
  if (value !== undefined) return (batch) => putAside(batch, alone, value, reason)
  const found = await recordOf(database, logStart, sequence)
  const update = found?.updates.find((other) => other.sequence === sequence)
  if (found === undefined || update === undefined) return undefined
  const others = await found.resealed(found.updates.filter((other) => other !== update))
  return (batch) => {
    putAside(batch, alone, sealOne(alone, update), reason)
    batch.del(found.key)
    for (const [key, rest] of others) batch.put(key, rest)
  }
}

/** Moves one record to the side, value and all. */
export function putAside(batch: Batch, key: Uint8Array, value: Uint8Array, reason: string): void {
  const aside = asideKey(key)
  batch.put(aside, sealQuarantined(aside, reason, Date.now(), value))
  batch.del(key)
}

/** Runs in which no number is missing. */
function unbroken(updates: readonly LogRecord[]): LogRecord[][] {
  const runs: LogRecord[][] = []
  for (const update of updates) {
    const run = runs.at(-1)
    if (run?.at(-1)?.sequence === update.sequence - 1) run.push(update)
    else runs.push([update])
  }
  return runs
}

/** Follows the numbers of a log, told of its records in the order of their keys. */
export class Numbering {
  /** What is missing before the last record. */
  readonly gaps: [from: number, to: number][] = []
  #next: number

  /** @param next the number at which it is to begin. */
  constructor(next = 1) {
    this.#next = next
  }

  /** The last number seen. */
  get last(): number {
    return this.#next - 1
  }

  take({ from, to }: Stretch): void {
    if (from > this.#next) this.gaps.push([this.#next, from - 1])
    for (let gap = this.gaps.at(-1); from < this.#next && gap !== undefined && gap[1] >= from; gap = this.gaps.at(-1)) {
      this.gaps.pop()
      if (gap[0] >= from) continue
      this.gaps.push([gap[0], from - 1])
      break
    }
    this.#next = Math.max(this.#next, to + 1)
  }
}

export function addAll(numbers: Set<number>, from = 0, to = from): void {
  for (let number = from; number <= to; number++) numbers.add(number)
}
