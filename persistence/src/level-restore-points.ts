/**
 * Restore points in LevelDB.
 *
 * Owns: their verbs, which records they become and which go for them.
 * Does not own: the batch of an append that leaves one (level-storage.ts), which of many stay (restore-points.ts).
 * Always holds: a damaged one is passed over and left where it is, for verify and repair.
 */
import { documentKey, Kind, rangeOf, recordKey, sequenceOfKey } from './keys.js'
import type { LevelAccess } from './level-access.js'
import type { Database } from './level-engine.js'
import type { Batch } from './level-handle.js'
import { readDocument } from './level-load.js'
import { DamagedRecord, openRestorePoint, sealRestorePoint } from './records.js'
import { checkSequence } from './refusals.js'
import { checkNote, contentOf, RESTORE_POINTS_KEPT, surplus } from './restore-points.js'
import type { LogEntry, RestorePoint, RestorePointNote } from './storage.js'

interface PreparedPoints {
  readonly points: readonly RestorePoint[]
  readonly fill: (batch: Batch) => void
}

const NOTHING: PreparedPoints = { points: [], fill: () => undefined }

export class LevelRestorePoints {
  readonly #access: LevelAccess
  readonly #keep: number

  constructor(access: LevelAccess, keep = RESTORE_POINTS_KEPT) {
    this.#access = access
    this.#keep = keep
  }

  /** The batch of an append, with the restore points that its entries ask for. */
  async beside(database: Database, entries: readonly LogEntry[], fill: (batch: Batch) => void): Promise<(batch: Batch) => void> {
    const points = await this.#access.read(undefined, () => preparePoints(database, entries, this.#keep))
    return (batch) => {
      fill(batch)
      points.fill(batch)
    }
  }

  keep(name: string, note: RestorePointNote): Promise<RestorePoint | undefined> {
    return this.#access.change(async (database) => {
      checkNote(note)
      await this.#access.existing(database, name)
      const { fill, points } = await this.#access.read(name, () => preparePoint(database, name, note, this.#keep))
      if (points.length > 0) await this.#access.write(fill)
      return points[0]
    })
  }

  list(name: string): Promise<RestorePoint[]> {
    return this.#access.change(async (database) => {
      await this.#access.existing(database, name)
      return this.#access.read(name, () => readPoints(database, name))
    })
  }

  load(name: string, sequence: number): Promise<Uint8Array[] | undefined> {
    return this.#access.change(async (database) => {
      checkSequence(sequence)
      await this.#access.existing(database, name)
      return this.#access.read(name, () => readPoint(database, name, sequence))
    })
  }
}

/** The restore points that these entries ask for, each of what is there before it. */
async function preparePoints(database: Database, entries: readonly LogEntry[], keep: number): Promise<PreparedPoints> {
  if (keep === 0 || !entries.some(({ restorePoint }) => restorePoint !== undefined)) return NOTHING
  const names = new Set(entries.flatMap(({ name, restorePoint }) => (restorePoint === undefined ? [] : [name])))
  const all: PreparedPoints[] = []
  for (const name of names) {
    const reading = await readDocument(database, name)
    const updates = reading === undefined ? [] : contentOf(reading.document)
    let last = reading?.head.last ?? 0
    const wanted: [RestorePoint, Uint8Array[]][] = []
    for (const { time, author, restorePoint: reason, update } of entries.filter((entry) => entry.name === name)) {
      if (reason !== undefined && updates.length > 0) wanted.push([pointOf(last, { time, author, reason }), [...updates]])
      updates.push(update)
      last++
    }
    all.push(await prepare(database, name, wanted, keep))
  }
  return { points: all.flatMap(({ points }) => points), fill: (batch) => all.forEach(({ fill }) => fill(batch)) }
}

/** One of what is there now. */
async function preparePoint(database: Database, name: string, note: RestorePointNote, keep: number): Promise<PreparedPoints> {
  const reading = await readDocument(database, name)
  const updates = reading && keep > 0 ? contentOf(reading.document) : []
  if (reading === undefined || updates.length === 0) return NOTHING
  return prepare(database, name, [[pointOf(reading.head.last, note), updates]], keep)
}

async function prepare(database: Database, name: string, wanted: readonly [RestorePoint, Uint8Array[]][], keep: number): Promise<PreparedPoints> {
  const start = documentKey(Kind.restorePoint, name)
  const keys = await database.keys(rangeOf(start)).all()
  const sequences = new Set([...keys.map((key) => sequenceOfKey(key, start) ?? 0), ...wanted.map(([{ sequence }]) => sequence)])
  const gone = new Set(surplus([...sequences].toSorted((a, b) => a - b), keep))
  const kept = wanted.filter(([{ sequence }]) => !gone.has(sequence))
  return {
    points: kept.map(([point]) => point),
    fill: (batch) => {
      for (const sequence of gone) batch.del(recordKey(start, sequence))
      for (const [point, updates] of kept) {
        const key = recordKey(start, point.sequence)
        batch.put(key, sealRestorePoint(key, point, updates))
      }
    },
  }
}

async function readPoints(database: Database, name: string): Promise<RestorePoint[]> {
  const start = documentKey(Kind.restorePoint, name)
  const points: RestorePoint[] = []
  for (const key of await database.keys({ ...rangeOf(start), reverse: true }).all()) {
    const found = await readAt(database, key, sequenceOfKey(key, start) ?? 0)
    if (found) points.push(found.point)
  }
  return points
}

async function readPoint(database: Database, name: string, sequence: number): Promise<Uint8Array[] | undefined> {
  return (await readAt(database, recordKey(documentKey(Kind.restorePoint, name), sequence), sequence))?.updates
}

async function readAt(database: Database, key: Uint8Array, sequence: number): Promise<ReturnType<typeof openRestorePoint> | undefined> {
  const value = await database.get(key)
  try {
    return value && openRestorePoint(key, value, sequence)
  } catch (error) {
    if (error instanceof DamagedRecord) return undefined
    throw error
  }
}

const pointOf = (sequence: number, { time, author, reason }: RestorePointNote): RestorePoint => ({ sequence, time, reason, ...(author !== undefined && { author }) })
