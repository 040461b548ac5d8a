/**
 * Stopping before the disk is full.
 *
 * Owns: how much room the disk of the documents has, and refusing what would use it up.
 * Does not own: what happens to who is refused (committer.ts: as with every failing disk, it waits and tries
 * again), errors of a disk that is full all the same.
 * Always holds: below the watermark nothing is appended or compacted, so that LevelDB, which deals badly with a
 * full disk, keeps room for its own work and for what makes room; above it again, all goes on by itself.
 */
import { statfs } from 'node:fs/promises'
import { type Storage, StorageError } from '@cowrite/persistence'
import type { Clock } from './clock.js'

export interface FreeSpaceOptions {
  /** On the disk in question. */
  readonly directory: string
  /** The watermark; 0 watches nothing. */
  readonly minFreeBytes: number
  readonly clock: Pick<Clock, 'now'>
  /** How many bytes are free; by default the system is asked. */
  readonly freeBytes?: (directory: string) => Promise<number>
}

/** An answer of the system is good for so long, less what was written since, in milliseconds. */
const GOOD_FOR_MS = 1_000

export class FreeSpace {
  readonly #options: Required<FreeSpaceOptions>
  #askedAt = -Infinity
  /** Free as of then, less what was written since. */
  #free = Infinity

  constructor(options: FreeSpaceOptions) {
    this.#options = { freeBytes: askSystem, ...options }
  }

  /** Whether the watermark was reached when last looked at. */
  get isLow(): boolean {
    return this.#free < this.#options.minFreeBytes
  }

  /** @throws StorageError `io` when, with so many bytes more, less than the watermark would be free. */
  async require(bytes: number): Promise<void> {
    const { directory, minFreeBytes, clock } = this.#options
    if (minFreeBytes === 0) return
    if (this.#free - bytes < minFreeBytes || clock.now() - this.#askedAt >= GOOD_FOR_MS) await this.#ask()
    if (this.#free - bytes < minFreeBytes) {
      throw new StorageError(
        'io',
        `Only ${this.#free} bytes are free on the disk of ${directory}; nothing is written below ${minFreeBytes} ` +
          '(COWRITE_MIN_FREE_BYTES). Make room there: all goes on by itself.',
      )
    }
    this.#free -= bytes
  }

  async #ask(): Promise<void> {
    const { directory, clock, freeBytes } = this.#options
    // Where the system cannot tell, the disk itself will.
    this.#free = await freeBytes(directory).catch(() => Infinity)
    this.#askedAt = clock.now()
  }
}

/** What this user may still write there. */
async function askSystem(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}

/**
 * The same storage, but that nothing is appended or compacted while space is short, and a probe says so.
 * A proxy, so that it needs no word about all other verbs.
 */
export function withFreeSpace(storage: Storage, space: FreeSpace): Storage {
  const guarded: Pick<Storage, 'append' | 'compact' | 'probe'> = {
    async append(entries) {
      await space.require(entries.reduce((sum, { update }) => sum + update.length, 0))
      return storage.append(entries)
    },
    async compact(name, snapshot, through, epoch) {
      await space.require(snapshot.update.length)
      return storage.compact(name, snapshot, through, epoch)
    },
    async probe() {
      await space.require(0)
      return storage.probe()
    },
  }
  return new Proxy(storage, {
    get(target, verb) {
      if (Object.hasOwn(guarded, verb)) return Reflect.get(guarded, verb) as unknown
      const value: unknown = Reflect.get(target, verb, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
