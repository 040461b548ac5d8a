/**
 * Documents in LevelDB: the default storage, one directory, one process.
 *
 * Owns: the verbs of Storage over the layout of keys.ts and records.ts.
 * Does not own: opening (level-open.ts), the order of writes (level-access.ts), failed handles (level-handle.ts),
 * reading a document (level-load.ts).
 * Always holds: each change is one atomic batch; what a rejected call wrote is never acknowledged later.
 */
import { asideKey, documentKey, Kind, PROBE_KEY, rangeOf, recordKey } from './keys.js'
import type { Database } from './level-engine.js'
import { LevelAccess } from './level-access.js'
import { prepareAppend, prepareCompaction } from './level-append.js'
import { prepareErasure } from './level-erase.js'
import { LevelHandle } from './level-handle.js'
import { allRecords, type Entry } from './level-load.js'
import { prepareQuarantine } from './level-log.js'
import { mentionedFiles } from './level-mentions.js'
import { readNames, readRemoved } from './level-names.js'
import { packHistory } from './level-pack.js'
import { Purges, readPurge } from './level-purge.js'
import { prepareReplacement } from './level-replace.js'
import { LevelRestorePoints } from './level-restore-points.js'
import { seal } from './records.js'
import {
  checkCompaction, checkEntries, checkEpochs, checkListOptions, checkName, checkSequence, checkSnapshot, checkTime, conflict, removed,
} from './refusals.js'
import type { DamageReport, HistorySetting, LogEntry, RemovedDocument, Snapshot, Storage, StoredDocument } from './storage.js'

export interface LevelStorageOptions {
  /**
   * `fsync`: an append is on the disk when it resolves, and survives a power cut. `os`: it is with the
   * operating system, survives the end of the process, and a power cut may take the last ones back.
   */
  readonly durability: 'fsync' | 'os'
  /** Whether compaction leaves the log that a snapshot covers. */
  readonly history: HistorySetting
  /** How many restore points are kept for each document; default RESTORE_POINTS_KEPT, 0 for none. */
  readonly restorePoints?: number
  /** Told of everything found damaged, once for each record put aside, at each load for a gap. Must not throw. */
  readonly onDamage?: (report: DamageReport) => void
}

export class LevelStorage implements Storage {
  readonly #access: LevelAccess
  readonly #purges: Purges
  readonly #points: LevelRestorePoints
  readonly #options: LevelStorageOptions

  private constructor(handle: LevelHandle, options: LevelStorageOptions) {
    const access = new LevelAccess(handle, options.onDamage)
    this.#access = access
    this.#options = options
    this.#points = new LevelRestorePoints(access, options.restorePoints)
    this.#purges = new Purges({
      handle,
      write: (fill) => access.inTurn(() => access.write(fill)),
      whenReadsEnd: () => access.whenReadsEnd(),
    })
  }

  /**
   * Opens the data directory; creates it when it is missing or empty.
   * @throws StorageError `not-writable`, `locked`, `damaged`, `newer-format` or `io`.
   */
  static async open(directory: string, options: LevelStorageOptions): Promise<LevelStorage> {
    const handle = await LevelHandle.open(directory, options.durability === 'fsync')
    const storage = new LevelStorage(handle, options)
    handle.onMended = (files) => storage.#access.takeStock(files)
    await handle.onMended(handle.mended)
    // What a crash kept from being cleaned. It hurts nobody meanwhile, and what fails is tried at the next start.
    storage.#access.enter(() => storage.#purges.finish()).catch(() => undefined)
    return storage
  }

  append(entries: readonly LogEntry[]): Promise<number[]> {
    return this.#access.change(async (database) => {
      checkEntries(entries)
      const known = await this.#access.existingAmong(database, new Set(entries.map(({ name }) => name)))
      if (entries.length === 0) return []
      checkEpochs(entries, (name) => known.get(name)?.epoch)
      const { fill, heads, sequences } = prepareAppend(entries, known)
      const withPoints = await this.#points.beside(database, entries, fill)
      await this.#access.write(withPoints, this.#options.durability === 'fsync')
      for (const [name, head] of heads) this.#access.heads.set(name, head)
      return sequences
    })
  }

  load(name: string): Promise<StoredDocument | undefined> {
    return this.#access.look(async (database) => {
      checkName(name)
      const reading = await this.#access.readDocument(database, name)
      if (reading === undefined) return undefined
      if (reading.findings.length === 0) {
        if (reading.head.removed !== undefined) throw removed(name, reading.head.erased)
        return reading.document
      }
      return this.#access.inTurn(() => this.#access.loadAndPutAside(name))
    })
  }

  async compact(name: string, snapshot: Snapshot, through: number, epoch?: string): Promise<void> {
    const dropped = await this.#access.change(async (database) => {
      checkSnapshot(snapshot)
      checkSequence(through, true)
      const head = await this.#access.existing(database, name)
      checkCompaction(name, head, (known) => known.through, through, epoch)
      const { fill, dropped } = await this.#access.read(name, () =>
        prepareCompaction(database, name, head, { ...snapshot, through }, this.#options.history))
      await this.#access.write(fill)
      this.#access.heads.set(name, { ...head, through })
      return dropped
    })
    // The snapshot stands, whatever becomes of this: what is not packed is packed with the next one.
    const packed = this.#options.history === 'keep' ? await packHistory(this.#access, name).catch(() => 0) : 0
    this.#access.handle.tidy(rangeOf(documentKey(Kind.log, name)), dropped + packed)
  }

  quarantine(name: string, sequence: number, reason: string): Promise<void> {
    return this.#access.change(async (database) => {
      checkSequence(sequence)
      const head = await this.#access.existing(database, name)
      if (head === undefined) throw conflict(name, 'There is no such document.')
      const fill = await this.#access.read(name, () => prepareQuarantine(database, head, sequence, reason))
      if (fill !== undefined) return this.#access.write(fill)
      const aside = asideKey(recordKey(head.logStart, sequence))
      if (!(await this.#access.read(name, () => database.has(aside)))) throw conflict(name, `Its log has no record ${sequence}.`)
    })
  }

  readonly keepRestorePoint: Storage['keepRestorePoint'] = (name, note) => this.#points.keep(name, note)
  readonly listRestorePoints: Storage['listRestorePoints'] = (name) => this.#points.list(name)
  readonly loadRestorePoint: Storage['loadRestorePoint'] = (name, sequence) => this.#points.load(name, sequence)
  readonly mentionedFiles: Storage['mentionedFiles'] = (name) => mentionedFiles(this.#access, name)

  list(options: { after?: string; limit: number }): Promise<string[]> {
    return this.#access.look((database) => {
      checkListOptions(options)
      return this.#access.read(undefined, () => readNames(database, options))
    })
  }

  listRemoved(options: { after?: string; limit: number }): Promise<RemovedDocument[]> {
    return this.#access.look((database) => {
      checkListOptions(options)
      return this.#access.read(undefined, () => readRemoved(database, options))
    })
  }

  remove(name: string, time = Date.now()): Promise<void> {
    return this.#access.change(async (database) => {
      checkTime(time)
      checkName(name)
      const head = await this.#access.head(database, name)
      if (head?.removed === undefined && head) await this.#access.writeHead(name, { ...head, removed: time })
    })
  }

  restore(name: string): Promise<void> {
    return this.#access.change(async (database) => {
      checkName(name)
      const head = await this.#access.head(database, name)
      if (head?.removed !== undefined && !head.erased) await this.#access.writeHead(name, { ...head, removed: undefined })
    })
  }

  erase(name: string, time = Date.now()): Promise<void> {
    return this.#access.enter(async () => {
      const purge = await this.#access.inTurn(async () => {
        checkTime(time)
        checkName(name)
        const database = await this.#access.handle.database()
        if ((await this.#access.head(database, name))?.erased) return this.#access.read(name, () => readPurge(database, name))
        const erasure = await this.#access.read(name, () => prepareErasure(database, name, time))
        if (erasure === undefined) return undefined
        await this.#access.write(erasure.fill)
        this.#access.heads.set(name, erasure.head)
        return erasure.purge
      })
      if (purge) await this.#access.read(name, () => this.#purges.clean(name, purge))
    })
  }

  create(name: string): Promise<void> {
    return this.#access.enter(async () => {
      for (;;) {
        const purge = await this.#access.inTurn(async () => {
          checkName(name)
          const database = await this.#access.handle.database()
          const head = await this.#access.head(database, name)
          if (head !== undefined && head.removed === undefined) return undefined
          if (head !== undefined && !head.erased) throw removed(name)
          const undone = await this.#access.read(name, () => readPurge(database, name))
          if (undone === undefined) await this.#access.begin(name, head !== undefined)
          return undone
        })
        if (purge === undefined) return
        // It deletes the very keys that the new document will have.
        await this.#access.read(name, () => this.#purges.clean(name, purge))
      }
    })
  }

  /**
   * Puts this update in the place of everything that its document held, in a new epoch and in one step; a document that
   * was removed or erased, or never there, is there then.
   */
  replace(entry: LogEntry): Promise<void> {
    return this.#access.enter(async () => {
      checkEntries([entry])
      const { name } = entry
      for (;;) {
        const purge = await this.#access.inTurn(async () => {
          const database = await this.#access.handle.database()
          const undone = await this.#access.read(name, () => readPurge(database, name))
          if (undone !== undefined) return undone
          const { fill, head } = await this.#access.read(name, () => prepareReplacement(database, entry))
          await this.#access.write(fill)
          this.#access.heads.set(name, head)
          return undefined
        })
        if (purge === undefined) return
        await this.#access.read(name, () => this.#purges.clean(name, purge))
      }
    })
  }

  /** Every record as it lies there, in the order of the keys, all of one moment. */
  async *records(): AsyncGenerator<Entry[]> {
    yield* this.#access.readOn(allRecords)
  }

  /** Lends the database to who reads whole records (backup). Nothing may be written through it, nor is it to be kept. */
  reading<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return this.#access.look(work)
  }

  probe(): Promise<void> {
    return this.#access.change(() => this.#access.write((batch) => batch.put(PROBE_KEY, seal(PROBE_KEY, new Uint8Array()))))
  }

  close(): Promise<void> {
    return this.#access.close()
  }
}
