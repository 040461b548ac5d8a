/**
 * The database handle that LevelStorage works on, across write errors.
 *
 * Owns: when the handle may still be used, when it is closed and opened anew.
 * Does not own: the guards of opening (level-open.ts), or what is written.
 * Always holds: nothing is written through a handle that has failed once. LevelDB 1.20 goes on after
 * a failed append to its log, takes later synced writes, and drops them at the next opening (500 of
 * 500 lost, measured); after closing and opening again none was lost. One write at a time: the caller's duty.
 */
import { DirectoryNames } from './directory-names.js'
import { PROBE_KEY } from './keys.js'
import type { Database } from './level-engine.js'
import { markOpen } from './level-lock.js'
import { openLevel } from './level-open.js'
import { type Format, seal } from './records.js'
import { closed, ioFailure } from './refusals.js'

/** So many records deleted at once are worth cleaning up after. */
const TIDY_FROM_RECORDS = 1000

/** What a write may do; classic-level's chained batch, which is the cheapest way in. */
export interface Batch {
  put(key: Uint8Array, value: Uint8Array): unknown
  del(key: Uint8Array): unknown
}

export class LevelHandle {
  readonly #directory: string
  readonly #format: Format
  readonly #names: DirectoryNames
  readonly #markClosed: () => void
  #database: Database
  #status: 'open' | 'failed' | 'closed' = 'open'
  #reopening: Promise<Database> | undefined

  private constructor(directory: string, database: Database, format: Format, markClosed: () => void) {
    this.#directory = directory
    this.#database = database
    this.#format = format
    this.#names = new DirectoryNames(directory)
    this.#markClosed = markClosed
  }

  /** @throws StorageError, see `openLevel`. */
  static async open(directory: string): Promise<LevelHandle> {
    const { database, format } = await openLevel(directory)
    const handle = new LevelHandle(directory, database, format, await markOpen(directory))
    try {
      await handle.#names.settle()
    } catch (error) {
      await handle.close()
      throw ioFailure(`The directory ${directory} cannot be synced`, error)
    }
    return handle
  }

  /** The database to read from, opened again if a write has failed. @throws StorageError `io`, `closed`. */
  async database(): Promise<Database> {
    if (this.#status === 'closed') throw closed()
    if (this.#status === 'open') return this.#database
    this.#reopening ??= this.#reopen().finally(() => (this.#reopening = undefined))
    return this.#reopening
  }

  /**
   * Writes what `fill` puts into a batch, all or nothing.
   * @param sync whether it must be on the disk; a later synced write would not save an unsynced one.
   * @throws StorageError `io`: the handle is closed by then, and what is remembered of the content may be wrong.
   */
  async write(fill: (batch: Batch) => void, sync: boolean): Promise<void> {
    const database = await this.database()
    try {
      const batch = database.batch()
      fill(batch)
      await batch.write({ sync })
      if (sync) await this.#names.settle()
    } catch (error) {
      await this.#fail()
      throw ioFailure(`Writing to ${this.#directory} failed`, error)
    }
  }

  /**
   * Cleans up where records were deleted, in the background. They stay in LevelDB's files until it gets to
   * them, and every look for the last record of a document walks over those that lie next to it:
   * 100,000 of them cost 150 ms, each time.
   */
  tidy({ gte, lt }: { gte: Uint8Array; lt: Uint8Array }, deleted: number): void {
    if (deleted < TIDY_FROM_RECORDS || this.#status !== 'open') return
    // Should it fail, nothing is lost but time; a broken disk will show at the next write. Closing waits for it.
    this.#database.compactRange(gte, lt).catch(() => undefined)
  }

  async close(): Promise<void> {
    if (this.#status === 'closed') return
    this.#status = 'closed'
    await this.#reopening?.catch(() => undefined)
    await this.#database.close()
    this.#markClosed()
  }

  async #fail(): Promise<void> {
    if (this.#status === 'open') this.#status = 'failed'
    // Should closing fail as well, the next opening tries it again first: the lock is still ours.
    await this.#database.close().catch(() => undefined)
  }

  async #reopen(): Promise<Database> {
    try {
      await this.#database.close()
      const { database, format } = await openLevel(this.#directory)
      this.#database = database
      if (format.id !== this.#format.id) throw new Error('another database has taken its place')
      await database.put(PROBE_KEY, seal(PROBE_KEY, new Uint8Array()), { sync: true })
      await this.#names.settle()
    } catch (error) {
      await this.#database.close().catch(() => undefined)
      throw ioFailure(`${this.#directory} could not be opened again after a failed write`, error)
    }
    if (this.#status === 'failed') this.#status = 'open'
    return this.#database
  }
}
