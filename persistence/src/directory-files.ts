/**
 * Files in a directory, each under the hash of its content.
 *
 * Owns: the layout: `<directory>/<first two digits>/<hash>`.
 * Does not own: writing durably (durable-files.ts).
 * Always holds: what stands under a hash is whole, and was synced before it got that name; what an
 * interrupted writer left is taken away at the next start.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from './directory-names.js'
import { DurableFile, removePartials } from './durable-files.js'
import { type FileContent, type Files, isFileHash, type StoredFile } from './files.js'
import { StorageError } from './storage.js'

/** What is not finished is written here first: its name is not known before its end. */
const INCOMING = 'incoming'

export class DirectoryFiles implements Files {
  readonly #directory: string
  #prepared: Promise<void> | undefined
  #closed = false

  /** @param directory made when the first file comes */
  constructor(directory: string) {
    this.#directory = directory
  }

  async put(content: AsyncIterable<Uint8Array>): Promise<StoredFile> {
    this.#refuseClosed()
    await this.#guarded(() => (this.#prepared ??= this.#prepare()))
    const hash = createHash('sha256')
    const file = await this.#guarded(() => DurableFile.create(join(this.#directory, INCOMING)))
    try {
      for await (const chunk of content) {
        hash.update(chunk)
        await this.#guarded(() => file.write(chunk))
      }
      const stored = { hash: hash.digest('hex'), bytes: file.bytes }
      if (await this.has(stored.hash)) await file.discard()
      else await this.#guarded(() => this.#publish(file, stored.hash))
      return stored
    } catch (error) {
      await file.discard()
      throw error
    }
  }

  async has(hash: string): Promise<boolean> {
    this.#refuseClosed()
    if (!isFileHash(hash)) return false
    return (await this.#guarded(() => stat(this.#path(hash)).catch(whenMissing)))?.isFile() ?? false
  }

  async get(hash: string): Promise<FileContent | undefined> {
    this.#refuseClosed()
    if (!isFileHash(hash)) return undefined
    return this.#guarded(async () => {
      const handle = await open(this.#path(hash), 'r').catch(whenMissing)
      if (handle === undefined) return undefined
      const { size } = await handle.stat()
      return { bytes: size, content: createReadStream('', { fd: handle, autoClose: true }) }
    })
  }

  close(): Promise<void> {
    this.#closed = true
    return Promise.resolve()
  }

  async #prepare(): Promise<void> {
    await mkdir(this.#directory, { recursive: true })
    await removePartials(this.#directory, INCOMING)
    await syncDirectory(join(this.#directory, '..'))
  }

  async #publish(file: DurableFile, hash: string): Promise<void> {
    const folder = join(this.#directory, hash.slice(0, 2))
    if ((await mkdir(folder, { recursive: true })) !== undefined) await syncDirectory(this.#directory)
    await file.publish(this.#path(hash))
  }

  #path(hash: string): string {
    return join(this.#directory, hash.slice(0, 2), hash)
  }

  #refuseClosed(): void {
    if (this.#closed) throw new StorageError('closed', 'the files are closed')
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      // The next call tries to prepare again.
      this.#prepared = undefined
      throw new StorageError('io', `a file cannot be kept or read in ${this.#directory}: ${String(error)}`, { cause: error })
    }
  }
}

function whenMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}
