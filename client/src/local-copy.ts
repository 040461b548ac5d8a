/**
 * A copy of the whole document in this browser, so that it is there before and without a connection.
 *
 * Owns: when it is written, what is taken from it, how large it and all of them may be.
 * Does not own: the database (unsaved-store.ts), what is unsaved (unsaved-edits.ts), which is kept beside it.
 * Always holds:
 *  - it is taken only into an empty document, before anything is heard of the server: the document is then of the
 *    copy's lineage, which the server has to confirm before it is listened to;
 *  - it is written only of a document that the server has brought, in a lineage that it told;
 *  - nothing counts as saved because it stands in a copy. A copy that cannot be written is missing, and no more.
 */
import { uuidv4 } from 'lib0/random'
import * as Y from 'yjs'
import type { Rights } from './login.js'
import { onHide } from './tab.js'
import type { StoredDocument } from './unsaved-database.js'
import type { UnsavedStore } from './unsaved-store.js'

/** Largest document of which a copy is kept, in bytes. */
export const MAX_COPY_BYTES = 16 * 1024 * 1024
/** How much the copies of all documents may take in this browser, in bytes; those written longest ago go first. */
export const MAX_COPIES_BYTES = 64 * 1024 * 1024
/** How soon after a change a copy is written, in milliseconds. */
const WRITE_AFTER_MS = 2_000
/** Later where it takes long or is large: it costs a fiftieth of the time at most, and 100 kB a second of somebody's disk. */
const SHARE = 50
const BYTES_PER_MS = 100

export interface LocalCopyOptions {
  readonly ydoc: Y.Doc
  readonly store: UnsavedStore
  /** Whether the server has brought the document. */
  hasSynced(): boolean
  /** Whether it does at this moment. */
  isSynced(): boolean
  /** Whether everything unsaved is kept beside the copy. */
  isKept(): boolean
  epoch(): string
  rights(): Pick<Rights, 'role' | 'denied'>
}

/** Lineages that ended while this page was open: should a copy of one not have gone, it is not used. */
const ended = new Set<string>()

export class LocalCopy {
  readonly #options: LocalCopyOptions
  #state: 'none' | 'unproven' | 'proven' = 'none'
  /** That was read or written here last. */
  #version = ''
  #isDirty = false
  #pause = WRITE_AFTER_MS
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #stopWatching: () => void
  readonly #origin = Symbol('the copy in this browser')

  constructor(options: LocalCopyOptions) {
    this.#options = options
    options.ydoc.on('update', this.#onUpdate)
    this.#stopWatching = onHide(() => this.write())
  }

  /** Whether the document came from the copy, and the server has not brought it yet. */
  get isAlone(): boolean {
    return this.#state !== 'none' && !this.#options.hasSynced()
  }

  /** Whether it came from there, and the server has not said yet that it has all of that. */
  get isUnproven(): boolean {
    return this.#state === 'unproven'
  }

  /** The server has all that was here when it was asked. */
  proven(): void {
    if (this.#state === 'unproven') this.#state = 'proven'
  }

  /** Whether this is the origin of a change. */
  isOrigin(origin: unknown): boolean {
    return origin === this.#origin
  }

  /** Puts the copy into the document. @returns whether that could be done */
  take({ epoch, version, update }: StoredDocument): boolean {
    const { ydoc } = this.#options
    if (ended.has(epoch) || ydoc.store.clients.size > 0) return false
    try {
      Y.applyUpdate(ydoc, update, this.#origin)
    } catch {
      return false
    }
    this.#version = version
    this.#pause = Math.max(WRITE_AFTER_MS, update.byteLength / BYTES_PER_MS)
    this.#state = 'unproven'
    return true
  }

  /** The document of this lineage is gone, or another one. */
  end(): void {
    ended.add(this.#options.epoch())
    this.#options.store.changeWhole((documents, key) => documents.delete(key))
  }

  /** Writes what is not written yet, and no more after that. */
  close(): void {
    this.write()
    this.#stopWatching()
    clearTimeout(this.#timer)
    this.#options.ydoc.off('update', this.#onUpdate)
  }

  readonly #onUpdate = (_update: Uint8Array, origin: unknown): void => {
    if (origin === this.#origin) return
    this.#isDirty = true
    this.#timer ??= setTimeout(() => this.write(), this.#pause)
  }

  /** Writes what is not written yet, if it may be. */
  write(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { ydoc, store, epoch, hasSynced, isSynced, isKept, rights } = this.#options
    const { role, denied } = rights()
    const { pendingStructs, pendingDs } = ydoc.store
    if (!this.#isDirty || denied || !hasSynced() || !isKept() || epoch() === '' || ended.has(epoch()) || pendingStructs || pendingDs) return
    const began = performance.now()
    const update = Y.encodeStateAsUpdate(ydoc)
    this.#pause = Math.max(WRITE_AFTER_MS, (performance.now() - began) * SHARE, update.byteLength / BYTES_PER_MS)
    this.#isDirty = false
    const known = this.#version
    const isNewest = isSynced()
    const version = (this.#version = uuidv4())
    const copy = { epoch: epoch(), version, time: Date.now(), bytes: update.byteLength, update, ...(role && { role }) }
    store.changeWhole(async (documents, document) => {
      // What another tab wrote may be newer than what is here without a connection.
      const other = isNewest ? undefined : await documents.get(document)
      if (other && other.version !== known) return
      if (update.byteLength > MAX_COPY_BYTES) await documents.delete(document)
      else await documents.put({ ...copy, document })
      let room = MAX_COPIES_BYTES
      for (let cursor = await documents.index('used').openKeyCursor(null, 'prev'); cursor; cursor = await cursor.continue()) {
        room -= cursor.key[1]
        if (room < 0) await documents.delete(cursor.primaryKey)
      }
    })
  }
}
