/**
 * Documents in LevelDB: the default storage, one directory, one process.
 *
 * Owns: the verbs of Storage over the layout of keys.ts and records.ts, and the order of writes.
 * Does not own: opening (level-open.ts), failed handles (level-handle.ts), reading a document (level-load.ts).
 * Always holds: one write at a time, each one atomic batch; what is remembered in memory advances
 * only after the batch is written, and is forgotten when a write fails; what a rejected call wrote
 * is never acknowledged later.
 */
import { documentKey, Kind, PROBE_KEY, rangeOf, recordKey } from './keys.js'
import { headRecord, prepareAppend } from './level-append.js'
import { type DocumentHead, readHead, RememberedHeads } from './level-heads.js'
import { type Batch, LevelHandle } from './level-handle.js'
import { allRecords, type Entry, putAside, putFindingsAside, readDocument, readNames } from './level-load.js'
import type { Database } from './level-engine.js'
import { seal, sealSnapshot } from './records.js'
import {
  checkCompaction, checkEntry, checkListOptions, checkName, checkSequence, checkSnapshot, closed, conflict,
  ioFailure, removed,
} from './refusals.js'
import { SerialQueue } from './serial-queue.js'
import {
  type DamageReport, type HistorySetting, type LogEntry, type Snapshot, type Storage, StorageError, type StoredDocument,
} from './storage.js'

export interface LevelStorageOptions {
  /**
   * `fsync`: an append is on the disk when it resolves, and survives a power cut. `os`: it is with the
   * operating system, survives the end of the process, and a power cut may take the last ones back.
   */
  readonly durability: 'fsync' | 'os'
  /** Whether compaction leaves the log that a snapshot covers. */
  readonly history: HistorySetting
  /** Told of everything found damaged, once for each record put aside, at each load for a gap. Must not throw. */
  readonly onDamage?: (report: DamageReport) => void
}

export class LevelStorage implements Storage {
  readonly #handle: LevelHandle
  readonly #options: LevelStorageOptions
  readonly #heads = new RememberedHeads()
  readonly #writes = new SerialQueue()
  readonly #underWay = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  private constructor(handle: LevelHandle, options: LevelStorageOptions) {
    this.#handle = handle
    this.#options = options
  }

  /**
   * Opens the data directory; creates it when it is missing or empty.
   * @throws StorageError `not-writable`, `locked`, `damaged`, `newer-format` or `io`.
   */
  static async open(directory: string, options: LevelStorageOptions): Promise<LevelStorage> {
    return new LevelStorage(await LevelHandle.open(directory), options)
  }

  append(entries: readonly LogEntry[]): Promise<number[]> {
    return this.#change(async (database) => {
      for (const entry of entries) checkEntry(entry)
      const known = new Map<string, DocumentHead>()
      for (const name of new Set(entries.map((entry) => entry.name))) {
        const head = await this.#existing(database, name)
        if (head !== undefined) known.set(name, head)
      }
      if (entries.length === 0) return []
      const { fill, heads, sequences } = prepareAppend(entries, known)
      await this.#write(fill, this.#options.durability === 'fsync')
      for (const [name, head] of heads) this.#heads.set(name, head)
      return sequences
    })
  }

  load(name: string): Promise<StoredDocument | undefined> {
    return this.#enter(async () => {
      checkName(name)
      const database = await this.#handle.database()
      const reading = await this.#read(name, () => readDocument(database, name))
      if (reading?.head.removed !== undefined) throw removed(name)
      if (reading === undefined || reading.findings.length === 0) return reading?.document
      return this.#writes.run(() => this.#loadAndPutAside(name))
    })
  }

  compact(name: string, snapshot: Snapshot, through: number, epoch?: string): Promise<void> {
    return this.#change(async (database) => {
      checkSnapshot(snapshot)
      checkSequence(through, true)
      const head = await this.#existing(database, name)
      checkCompaction(name, head, (known) => known.through, through, epoch)
      const start = documentKey(Kind.snapshot, name)
      const former = await this.#read(name, () => database.keys(rangeOf(start)).all())
      const covered = { gte: head.logStart, lt: recordKey(head.logStart, through + 1) }
      const dropped =
        this.#options.history === 'keep' ? [] : await this.#read(name, () => database.keys(covered).all())
      const key = recordKey(start, through)
      await this.#write((batch) => {
        for (const gone of [...former, ...dropped]) batch.del(gone)
        batch.put(key, sealSnapshot(key, snapshot))
      })
      this.#heads.set(name, { ...head, through })
      this.#handle.tidy(rangeOf(head.logStart), dropped.length)
    })
  }

  quarantine(name: string, sequence: number, reason: string): Promise<void> {
    return this.#change(async (database) => {
      checkSequence(sequence)
      const head = await this.#existing(database, name)
      if (head === undefined) throw conflict(name, 'There is no such document.')
      const key = recordKey(head.logStart, sequence)
      const value = await this.#read(name, () => database.get(key))
      if (value !== undefined) {
        await this.#write((batch) => putAside(batch, name, { key, value, kind: Kind.log }, sequence, reason))
        return
      }
      const aside = recordKey(documentKey(Kind.quarantine, name), sequence)
      const keys = await this.#read(name, () => database.keys(rangeOf(aside)).all())
      if (!keys.some((found) => found.at(-1) === Kind.log)) throw conflict(name, `Its log has no record ${sequence}.`)
    })
  }

  list(options: { after?: string; limit: number }): Promise<string[]> {
    return this.#enter(async () => {
      checkListOptions(options)
      const database = await this.#handle.database()
      return this.#read(undefined, () => readNames(database, options))
    })
  }

  remove(name: string): Promise<void> {
    return this.#mark(name, Date.now())
  }

  restore(name: string): Promise<void> {
    return this.#mark(name, undefined)
  }

  erase(name: string): Promise<void> {
    return this.#change(async (database) => {
      checkName(name)
      const keys: Uint8Array[] = []
      for (const kind of [Kind.log, Kind.snapshot, Kind.quarantine, Kind.head] as const) {
        keys.push(...(await this.#read(name, () => database.keys(rangeOf(documentKey(kind, name))).all())))
      }
      await this.#write((batch) => {
        for (const key of keys) batch.del(key)
      })
      this.#heads.forget(name)
      this.#handle.tidy(rangeOf(documentKey(Kind.log, name)), keys.length)
    })
  }

  /** Every record as it lies there, in the order of the keys, all of one moment. */
  async *records(): AsyncGenerator<Entry[]> {
    yield* allRecords(await this.#enter(() => this.#handle.database()))
  }

  probe(): Promise<void> {
    return this.#change(() => this.#write((batch) => batch.put(PROBE_KEY, seal(PROBE_KEY, new Uint8Array()))))
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#underWay).then(() => this.#handle.close())
    return this.#closing
  }

  /** Every verb goes through here: refused after `close`, waited for by it. */
  async #enter<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw closed()
    const running = work()
    this.#underWay.add(running)
    try {
      return await running
    } finally {
      this.#underWay.delete(running)
    }
  }

  /** A verb that writes: alone, and on a handle that works. */
  #change<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return this.#enter(() => this.#writes.run(async () => work(await this.#handle.database())))
  }

  async #write(fill: (batch: Batch) => void, sync = true): Promise<void> {
    try {
      await this.#handle.write(fill, sync)
    } catch (error) {
      this.#heads.clear()
      throw error
    }
  }

  async #read<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw error instanceof StorageError ? error : ioFailure('Reading failed', error, name)
    }
  }

  async #head(database: Database, name: string): Promise<DocumentHead | undefined> {
    const remembered = this.#heads.get(name)
    if (remembered !== undefined) return remembered
    const { head, damage } = await this.#read(name, () => readHead(database, name))
    if (head === undefined) return undefined
    if (damage !== undefined) await this.#loadAndPutAside(name)
    const sound = damage === undefined ? head : (await this.#read(name, () => readHead(database, name))).head
    if (sound !== undefined) this.#heads.set(name, sound)
    return sound
  }

  /** The head of a document that may be written to; undefined when there is none. @throws StorageError `removed`. */
  async #existing(database: Database, name: string): Promise<DocumentHead | undefined> {
    checkName(name)
    const head = await this.#head(database, name)
    if (head?.removed !== undefined) throw removed(name)
    return head
  }

  /** Reads once more (it may have changed since), moves what is bad, tells. Only within the queue of writes. */
  async #loadAndPutAside(name: string): Promise<StoredDocument | undefined> {
    const database = await this.#handle.database()
    const reading = await this.#read(name, () => readDocument(database, name))
    if (reading === undefined) return undefined
    if (reading.head.removed !== undefined) throw removed(name)
    if (reading.headDamaged || reading.findings.some(({ record }) => record !== undefined)) {
      await this.#write((batch) => putFindingsAside(batch, name, reading))
      this.#heads.forget(name)
    }
    for (const { report } of reading.findings) this.#options.onDamage?.(report)
    return reading.document
  }

  #mark(name: string, time: number | undefined): Promise<void> {
    return this.#change(async (database) => {
      checkName(name)
      const head = await this.#head(database, name)
      if (head === undefined || (head.removed === undefined) === (time === undefined)) return
      const marked = { ...head, removed: time }
      await this.#write((batch) => batch.put(...headRecord(name, marked)))
      this.#heads.set(name, marked)
    })
  }
}
