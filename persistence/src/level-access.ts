/**
 * How the verbs of LevelStorage get at the database.
 *
 * Owns: one write at a time, what is remembered of documents, who is under way, and closing.
 * Does not own: what the verbs do (level-storage.ts), failed handles (level-handle.ts).
 * Always holds: what is remembered in memory advances only after the batch is written, and is forgotten when
 * a write fails; after `close` nothing begins, and what is under way is waited for.
 */
import { NO_FORMER } from './former.js'
import { documentKey, Kind } from './keys.js'
import { headRecord } from './level-append.js'
import type { Batch, LevelHandle } from './level-handle.js'
import { type DocumentHead, newHead, readHead, RememberedHeads } from './level-heads.js'
import { type DocumentReading, putFindingsAside, readDocument } from './level-load.js'
import type { Database } from './level-engine.js'
import type { MendedFile } from './level-mend.js'
import { takeStock } from './level-stock.js'
import { sealFormer } from './records.js'
import { checkName, closed, ioFailure, removed } from './refusals.js'
import { SerialQueue } from './serial-queue.js'
import { type DamageReport, StorageError, type StoredDocument } from './storage.js'

export class LevelAccess {
  readonly handle: LevelHandle
  readonly heads = new RememberedHeads()
  readonly #writes = new SerialQueue()
  readonly #underWay = new Set<Promise<unknown>>()
  /** Reads under way: each holds on to the files of the moment at which it began. */
  readonly #reading = new Set<Promise<unknown>>()
  readonly #onDamage: ((report: DamageReport) => void) | undefined
  #closing: Promise<void> | undefined

  constructor(handle: LevelHandle, onDamage: ((report: DamageReport) => void) | undefined) {
    this.handle = handle
    this.#onDamage = onDamage
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#underWay).then(() => this.handle.close())
    return this.#closing
  }

  /** Work that writes: alone. Only within `enter`. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#writes.run(work)
  }

  /** Resolves when all reads that are under way now have ended. */
  whenReadsEnd(): Promise<unknown> {
    return Promise.allSettled(this.#reading)
  }

  /** Every verb goes through here: refused after `close`, waited for by it. */
  async enter<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw closed()
    const running = work()
    this.#underWay.add(running)
    try {
      return await running
    } finally {
      this.#underWay.delete(running)
    }
  }

  /** Work that only reads, and opens no moment of the database beyond its end: an erasure waits for those. */
  look<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return this.enter(async () => {
      const running = this.handle.database().then(work)
      this.#reading.add(running)
      try {
        return await running
      } finally {
        this.#reading.delete(running)
      }
    })
  }

  /** Reading piece by piece, as long as whoever asked goes on: an erasure waits for that, too. */
  async *readOn<T>(read: (database: Database) => AsyncGenerator<T>): AsyncGenerator<T> {
    const database = await this.enter(() => this.handle.database())
    let end = (): void => {}
    const running = new Promise<void>((resolve) => (end = resolve))
    this.#reading.add(running)
    try {
      yield* read(database)
    } finally {
      this.#reading.delete(running)
      end()
    }
  }

  /** A verb that writes: alone, and on a handle that works. */
  change<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return this.enter(() => this.inTurn(async () => work(await this.handle.database())))
  }

  async write(fill: (batch: Batch) => void, sync = true): Promise<void> {
    try {
      await this.handle.write(fill, sync)
    } catch (error) {
      this.heads.clear()
      throw error
    }
  }

  async read<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      await this.handle.readFailed(error)
      throw error instanceof StorageError ? error : ioFailure('Reading failed', error, name)
    }
  }

  async head(database: Database, name: string): Promise<DocumentHead | undefined> {
    const remembered = this.heads.get(name)
    if (remembered !== undefined) return remembered === 'none' ? undefined : remembered
    const { head, damage } = await this.read(name, () => readHead(database, name))
    if (head === undefined) return undefined
    if (damage !== undefined) await this.#putAside(name)
    const sound = damage === undefined ? head : (await this.read(name, () => readHead(database, name))).head
    if (sound !== undefined) this.heads.set(name, sound)
    return sound
  }

  /** The head of a document that may be written to; undefined when there is none. @throws StorageError `removed`. */
  async existing(database: Database, name: string): Promise<DocumentHead | undefined> {
    checkName(name)
    return notRemoved(name, await this.head(database, name))
  }

  /** The heads of all these documents that are there. @throws StorageError `removed`, by name. */
  async existingAmong(database: Database, names: ReadonlySet<string>): Promise<Map<string, DocumentHead>> {
    const found = new Map<string, DocumentHead>()
    for (const name of names) {
      const remembered = this.heads.get(name)
      // Waited for only where there is something to read: each wait is a turn of the event loop's queue for every document.
      const head = remembered === undefined ? await this.existing(database, name) : remembered === 'none' ? undefined : notRemoved(name, remembered)
      if (head !== undefined) found.set(name, head)
    }
    return found
  }

  /** Reads a document beside the writes, and remembers its head for the first of them. */
  async readDocument(database: Database, name: string): Promise<DocumentReading | undefined> {
    const remember = this.heads.reading(name)
    const reading = await this.read(name, () => readDocument(database, name))
    if (reading === undefined || reading.findings.length === 0) remember(reading?.head)
    return reading
  }

  /** Reads once more (it may have changed since), moves what is bad, tells. Only in its turn. @throws StorageError `removed`. */
  async loadAndPutAside(name: string): Promise<StoredDocument | undefined> {
    const reading = await this.#putAside(name)
    if (reading?.head.removed !== undefined) throw removed(name, reading.head.erased)
    return reading?.document
  }

  async #putAside(name: string): Promise<DocumentReading | undefined> {
    const database = await this.handle.database()
    const reading = await this.read(name, () => readDocument(database, name))
    if (reading === undefined) return undefined
    if (reading.headDamaged || reading.findings.some(({ record }) => record !== undefined)) {
      await this.write((batch) => putFindingsAside(batch, name, reading))
      this.heads.forget(name)
    }
    for (const { report } of reading.findings) this.#onDamage?.(report)
    return reading
  }

  /** After files were mended: heads that are lost are made anew, and what may be missing is told. */
  takeStock(files: readonly MendedFile[]): Promise<void> {
    return this.inTurn(async () => {
      if (files.length === 0) return
      const { headless, reports } = await this.read(undefined, async () => takeStock(await this.handle.database(), files))
      this.heads.clear()
      for (const report of reports) this.#onDamage?.(report)
      for (const name of headless) await this.#putAside(name)
    })
  }

  /** Begins an empty document. */
  async begin(name: string, wasErased: boolean): Promise<void> {
    const head = newHead(name)
    const formerKey = documentKey(Kind.former, name)
    await this.write((batch) => {
      batch.put(...headRecord(name, head))
      // With it an empty document is told from one that lost its records.
      if (!wasErased) batch.put(formerKey, sealFormer(formerKey, NO_FORMER))
    })
    this.heads.set(name, head)
  }

  async writeHead(name: string, head: DocumentHead): Promise<void> {
    await this.write((batch) => batch.put(...headRecord(name, head)))
    this.heads.set(name, head)
  }
}

function notRemoved(name: string, head: DocumentHead | undefined): DocumentHead | undefined {
  if (head?.removed !== undefined) throw removed(name, head.erased)
  return head
}
