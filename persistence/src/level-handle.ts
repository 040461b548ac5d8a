/**
 * The database handle that LevelStorage works on, across write errors.
 *
 * Owns: when the handle may still be used, when it is closed and opened anew.
 * Does not own: the guards of opening (level-open.ts), or what is written.
 * Always holds: nothing is written through a handle that has failed once. LevelDB 1.20 goes on after
 * a failed append to its log, takes later synced writes, and drops them at the next opening (500 of
 * 500 lost, measured); after closing and opening again none was lost. One write at a time: the caller's duty.
 */
import { CommitClaims } from './commit-claims.js'
import { DirectoryNames } from './directory-names.js'
import { PROBE_KEY } from './keys.js'
import type { Database } from './level-engine.js'
import { markOpen } from './level-lock.js'
import type { MendedFile } from './level-mend.js'
import { type OpenedLevel, openLevel } from './level-open.js'
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
  /** Damaged files that were mended before it was opened. */
  readonly mended: readonly MendedFile[]
  /** Told of what has to be mended before it can be opened again, with the first use after that. */
  onMended: (files: readonly MendedFile[]) => Promise<void> = async () => undefined
  readonly #directory: string
  readonly #format: Format
  readonly #names: DirectoryNames
  readonly #claims: CommitClaims
  #markClosed: () => void
  #database: Database
  #status: 'open' | 'failed' | 'closed' = 'open'
  #reopening: Promise<Database> | undefined

  private constructor(directory: string, opened: OpenedLevel, claims: CommitClaims, markClosed: () => void) {
    this.#directory = directory
    this.mended = opened.mended
    this.#database = opened.database
    this.#format = opened.format
    this.#names = new DirectoryNames(directory)
    this.#claims = claims
    this.#markClosed = markClosed
  }

  /** @param syncs whether every write will be synced. @throws StorageError, see `openLevel`. */
  static async open(directory: string, syncs: boolean): Promise<LevelHandle> {
    const opened = await openLevel(directory)
    const claims = await CommitClaims.begin(directory, syncs)
    const handle = new LevelHandle(directory, opened, claims, await markOpen(directory))
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
      this.#claims.writeBegins()
      await batch.write({ sync })
      if (sync) await this.#names.settle()
      await this.#claims.writeEnded()
    } catch (error) {
      if (isCorruption(error)) await this.#claims.suspect()
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

  /**
   * To be told of every error of a reading. Where LevelDB met damage, the database is closed, and mended before
   * it is opened again: with that very next use.
   */
  async readFailed(error: unknown): Promise<void> {
    if (!isCorruption(error) || this.#status !== 'open') return
    await this.#claims.suspect()
    await this.#fail()
  }

  async close(): Promise<void> {
    if (this.#status === 'closed') return
    const well = this.#status === 'open'
    this.#status = 'closed'
    await this.#reopening?.catch(() => undefined)
    await this.#database.close()
    await this.#claims.end(well)
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
      this.#markClosed()
      const { database, format, mended } = await openLevel(this.#directory, true)
      this.#database = database
      this.#markClosed = await markOpen(this.#directory)
      if (format.id !== this.#format.id) throw new Error('another database has taken its place')
      await database.put(PROBE_KEY, seal(PROBE_KEY, new Uint8Array()), { sync: true })
      await this.#names.settle()
      await this.#claims.beginAgain()
      // Not waited for: it is a use itself.
      if (mended.length > 0) this.onMended(mended).catch(() => undefined)
    } catch (error) {
      await this.#database.close().catch(() => undefined)
      throw ioFailure(`${this.#directory} could not be opened again after a failure`, error)
    }
    if (this.#status === 'failed') this.#status = 'open'
    return this.#database
  }
}

/** Whether LevelDB says that a file is not what it wrote. */
function isCorruption(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return code === 'LEVEL_CORRUPTION' || cause?.code === 'LEVEL_CORRUPTION'
}
