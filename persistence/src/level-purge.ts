/**
 * Getting the bytes of erased documents out of LevelDB's files.
 *
 * Owns: making LevelDB rewrite every file that still holds such a byte, and remembering that until it is done.
 * Does not own: the erasure itself (level-erase.ts).
 * Always holds: one cleaning per document at a time; what a crash or a failing disk leaves undone is done
 * at the next start, or when the document is erased again or created.
 *
 * A deleted key leaves the files only when its deletion meets it in a compaction. Two traps: what was written
 * and deleted within one write buffer goes into a table with both, and such a table may land on the lowest
 * level, which `compactRange` rewrites only where something above overlaps it. So the same keys are deleted a
 * second time once the first deletions are in a table: their table overlaps every table that holds one of
 * them, and the second `compactRange` rewrites them all. `compactRange` empties the write buffer first, and
 * with it goes the log file in which the values stood.
 */
import { documentKey, Kind, nameOfHeadKey, rangeOf, recordKey } from './keys.js'
import type { Batch, LevelHandle } from './level-handle.js'
import { CONTENT_KINDS } from './level-erase.js'
import type { Database } from './level-engine.js'
import { DamagedRecord, openPurge, type Purge } from './records.js'

export interface PurgesOptions {
  readonly handle: LevelHandle
  /** Writes a batch in its turn. */
  readonly write: (fill: (batch: Batch) => void) => Promise<void>
  /** Resolves when all reads have ended that are under way now: what they see stays in the files. */
  readonly whenReadsEnd: () => Promise<unknown>
}

export class Purges {
  readonly #options: PurgesOptions
  readonly #running = new Map<string, Promise<void>>()

  constructor(options: PurgesOptions) {
    this.#options = options
  }

  /** Cleans the files of what this erasure deleted. @throws what LevelDB throws; then it is still to be done. */
  clean(name: string, purge: Purge): Promise<void> {
    const running = this.#running.get(name)
    if (running) return running
    const run = this.#clean(name, purge).finally(() => this.#running.delete(name))
    this.#running.set(name, run)
    return run
  }

  /** Cleans what was left undone, one document after the other. What fails is left for the next start. */
  async finish(): Promise<void> {
    const database = await this.#options.handle.database()
    const range = { gte: Uint8Array.of(Kind.purge), lt: Uint8Array.of(Kind.purge + 1) }
    for (const [key, value] of await database.iterator(range).all()) {
      const name = nameOfHeadKey(key)
      const purge = name === undefined ? undefined : readable(key, value)
      if (name !== undefined && purge) await this.clean(name, purge)
    }
  }

  async #clean(name: string, { from, to, keys }: Purge): Promise<void> {
    const { write, whenReadsEnd } = this.#options
    await whenReadsEnd()
    await this.#rewrite(name)
    const logStart = documentKey(Kind.log, name)
    await write((batch) => {
      for (let sequence = from; sequence <= to; sequence++) batch.del(recordKey(logStart, sequence))
      for (const key of keys) batch.del(key)
    })
    await this.#rewrite(name)
    await write((batch) => batch.del(documentKey(Kind.purge, name)))
  }

  async #rewrite(name: string): Promise<void> {
    const database = await this.#options.handle.database()
    for (const kind of CONTENT_KINDS) {
      const { gte, lt } = rangeOf(documentKey(kind, name))
      await database.compactRange(gte, lt)
    }
  }
}

/** What is still to be cleaned of this document. */
export async function readPurge(database: Database, name: string): Promise<Purge | undefined> {
  const key = documentKey(Kind.purge, name)
  const value = await database.get(key)
  return value && readable(key, value)
}

/** A damaged list is of no use: what it named goes with the next compactions that LevelDB makes by itself. */
function readable(key: Uint8Array, value: Uint8Array): Purge | undefined {
  try {
    return openPurge(key, value)
  } catch (error) {
    if (error instanceof DamagedRecord) return undefined
    throw error
  }
}
