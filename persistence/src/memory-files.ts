/**
 * Files in memory, for tests and for servers that keep nothing.
 *
 * Owns: the map, and a bound in bytes. Always holds: as the interface says, but for outliving the process.
 */
import { createHash } from 'node:crypto'
import type { FileContent, Files, StoredFile } from './files.js'
import { StorageError } from './storage.js'

/** Bytes of all files together beyond which none is taken. */
const MOST_BYTES = 256 * 1024 * 1024

export class MemoryFiles implements Files {
  readonly #files = new Map<string, Uint8Array>()
  readonly #doomed = new Set<string>()
  #bytes = 0
  #closed = false

  async put(content: AsyncIterable<Uint8Array>): Promise<StoredFile> {
    this.#refuseClosed()
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of content) {
      chunks.push(chunk.slice())
      length += chunk.length
      if (this.#bytes + length > MOST_BYTES) throw new StorageError('io', 'no more files fit into memory')
    }
    const bytes = new Uint8Array(length)
    let at = 0
    for (const chunk of chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    const hash = createHash('sha256').update(bytes).digest('hex')
    if (!this.#files.has(hash)) this.#bytes += length
    this.#files.set(hash, bytes)
    this.#doomed.delete(hash)
    return { hash, bytes: length }
  }

  async has(hash: string): Promise<boolean> {
    this.#refuseClosed()
    return this.#files.has(hash)
  }

  async get(hash: string): Promise<FileContent | undefined> {
    this.#refuseClosed()
    const bytes = this.#files.get(hash)
    return bytes && { bytes: bytes.length, content: inChunks(bytes) }
  }

  async doom(hashes: Iterable<string>): Promise<void> {
    this.#refuseClosed()
    for (const hash of hashes) if (this.#files.has(hash)) this.#doomed.add(hash)
  }

  async doomed(): Promise<string[]> {
    this.#refuseClosed()
    return [...this.#doomed]
  }

  async spare(hashes: Iterable<string>): Promise<void> {
    this.#refuseClosed()
    for (const hash of hashes) this.#doomed.delete(hash)
  }

  async remove(hashes: Iterable<string>): Promise<number> {
    this.#refuseClosed()
    let removed = 0
    for (const hash of hashes) {
      if (!this.#doomed.delete(hash)) continue
      this.#bytes -= this.#files.get(hash)?.length ?? 0
      this.#files.delete(hash)
      removed++
    }
    return removed
  }

  close(): Promise<void> {
    this.#closed = true
    this.#files.clear()
    return Promise.resolve()
  }

  #refuseClosed(): void {
    if (this.#closed) throw new StorageError('closed', 'the files are closed')
  }
}

const CHUNK_BYTES = 64 * 1024

async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.slice(at, at + CHUNK_BYTES)
}
