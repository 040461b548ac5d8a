/**
 * Files that are there whole or not at all, also after a power cut.
 *
 * Owns: writing beside, syncing, renaming into place, and taking away what an interrupted writer left.
 * Does not own: what is written.
 * Always holds: nothing that stands under its final name is ever written to; who is interrupted leaves
 * at most a file whose name ends in `.partial`.
 */
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { syncDirectory } from './directory-names.js'

/** What is not finished ends in this. */
const PARTIAL = '.partial'
/** Bytes written at once. */
const BUFFER_BYTES = 256 * 1024
/**
 * Bytes after which the file is synced on the way. The file system writes all that waits for the disk before
 * it syncs anybody's log: one sync at the end of 2 GB would hold up every commit of the server meanwhile.
 */
const SYNC_EVERY_BYTES = 4 * 1024 * 1024

export class DurableFile {
  readonly #path: string
  readonly #partial: string
  readonly #file: FileHandle
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #unsynced = 0
  #written = 0

  private constructor(path: string, partial: string, file: FileHandle) {
    this.#path = path
    this.#partial = partial
    this.#file = file
  }

  /** Begins a file that will stand at `path` once it is published. */
  static async create(path: string): Promise<DurableFile> {
    const partial = `${path}.${randomBytes(4).toString('hex')}${PARTIAL}`
    return new DurableFile(path, partial, await open(partial, 'wx', 0o600))
  }

  get bytes(): number {
    return this.#written + this.#waitingBytes
  }

  /** Adds bytes; they must not be changed until this resolves or the next call does. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    if (this.#waitingBytes >= BUFFER_BYTES) await this.#flush()
  }

  /**
   * Syncs and gives it its name. What stood there before is replaced: the caller has made sure that it may be.
   * @param path another name on the same disk, for a file whose name was not known at its beginning
   */
  async publish(path = this.#path): Promise<void> {
    await this.#flush()
    await this.#file.sync()
    await this.#file.close()
    await rename(this.#partial, path)
    await syncDirectory(dirname(path))
  }

  /** Gives up: nothing remains of it. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined)
    await rm(this.#partial, { force: true })
  }

  async #flush(): Promise<void> {
    const buffers = this.#waiting
    const length = this.#waitingBytes
    if (length === 0) return
    this.#waiting = []
    this.#waitingBytes = 0
    this.#written += length
    await writeAll(this.#file, Buffer.concat(buffers, length))
    this.#unsynced += length
    if (this.#unsynced < SYNC_EVERY_BYTES) return
    this.#unsynced = 0
    await this.#file.datasync()
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten
}

/** Writes a whole file at once. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await DurableFile.create(path)
  try {
    await file.write(bytes)
    await file.publish()
  } catch (error) {
    await file.discard()
    throw error
  }
}

/** Removes what interrupted writers left in this directory of files whose names begin with `prefix`. */
export async function removePartials(directory: string, prefix: string): Promise<void> {
  for (const entry of await readdir(directory)) {
    if (entry.startsWith(prefix) && entry.endsWith(PARTIAL)) await rm(join(directory, entry), { force: true })
  }
}
