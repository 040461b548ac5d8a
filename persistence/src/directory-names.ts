/**
 * Whether the names in a directory are on the disk.
 *
 * Owns: syncing a directory, and noticing that there is something to sync.
 * Does not own: the files' contents; whoever writes them syncs them.
 * Always holds: once `settle` resolves, every name that was made, changed or removed before it was called
 * survives a power cut. LevelDB starts a new log every few MiB and syncs what it writes there, never the
 * directory that names it: ext4 saves the name with the file all the same, POSIX promises nothing.
 */
import { statSync } from 'node:fs'
import { open } from 'node:fs/promises'

/**
 * A change of names that follows another within this time may leave the directory's time of change as it was,
 * in milliseconds. File systems' clocks tick every 1 to 10 ms.
 */
const TICK_MS = 20

export class DirectoryNames {
  readonly #directory: string
  /** The directory's time of change, in nanoseconds, as of which all names are on the disk. */
  #settledAt: bigint | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  /** @throws the system's error when the directory cannot be synced. */
  async settle(): Promise<void> {
    if (process.platform === 'win32') return
    const now = Date.now()
    const { mtimeNs, mtimeMs } = statSync(this.#directory, { bigint: true })
    if (mtimeNs === this.#settledAt) return
    await syncDirectory(this.#directory)
    // A time that is too young, or in the future of a clock that was set back, proves nothing: look again next time.
    this.#settledAt = BigInt(now) - mtimeMs > TICK_MS ? mtimeNs : undefined
  }
}

/** A new file survives a power cut only when its directory entry does. Windows has no such call and needs none. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Some network file systems cannot sync a directory, and say so in one of these words.
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    await handle.close()
  }
}
