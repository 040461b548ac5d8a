/**
 * Files in a directory, each under the hash of its content.
 *
 * Owns: the layout: `<directory>/<first two digits>/<hash>`, and for what is doomed an empty `<directory>/doomed/<hash>`.
 * Does not own: writing durably (durable-files.ts).
 * Always holds: what stands under a hash is whole, and was synced before it got that name; what an
 * interrupted writer left is taken away at the next start.
 */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, rmSync } from 'node:fs'
import { mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncDirectory } from './directory-names.js'
import { DurableFile, removePartials } from './durable-files.js'
import { type FileContent, type Files, isFileHash, type StoredFile } from './files.js'
import { StorageError } from './storage.js'

/** What is not finished is written here first: its name is not known before its end. */
const INCOMING = 'incoming'
const DOOMED = 'doomed'

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
      // First the note goes: whoever removes what is noted looks at it last.
      await this.spare([stored.hash])
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

  async doom(hashes: Iterable<string>): Promise<void> {
    this.#refuseClosed()
    await this.#guarded(async () => {
      let isNew = false
      for (const hash of hashes) {
        if (!(await this.has(hash))) continue
        if ((await mkdir(this.#noteOf(''), { recursive: true })) !== undefined) await syncDirectory(this.#directory)
        await writeFile(this.#noteOf(hash), '')
        isNew = true
      }
      if (isNew) await syncDirectory(this.#noteOf(''))
    })
  }

  async doomed(): Promise<string[]> {
    this.#refuseClosed()
    const noted = await this.#guarded(() => readdir(this.#noteOf('')).catch(whenMissing))
    return (noted ?? []).filter(isFileHash)
  }

  async spare(hashes: Iterable<string>): Promise<void> {
    this.#refuseClosed()
    await this.#guarded(async () => {
      for (const hash of hashes) await rm(this.#noteOf(hash), { force: true })
    })
  }

  async remove(hashes: Iterable<string>): Promise<number> {
    this.#refuseClosed()
    return this.#guarded(async () => {
      let removed = 0
      for (const hash of hashes) {
        // In one step for the event loop: between the look and the removal nobody can put the same content.
        if (!existsSync(this.#noteOf(hash))) continue
        rmSync(this.#path(hash), { force: true })
        await syncDirectory(dirname(this.#path(hash)))
        await rm(this.#noteOf(hash), { force: true })
        removed++
      }
      return removed
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

  #noteOf(hash: string): string {
    return join(this.#directory, DOOMED, hash)
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
