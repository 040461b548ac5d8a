/**
 * Unsaved edits in the browser's own storage (IndexedDB): they outlive a closed or crashed tab.
 *
 * Owns: writing, reading and deleting them, the copies that were set aside, and the copy of the whole document.
 * Does not own: the layout (unsaved-database.ts), when an edit may be forgotten (unsaved-ledger.ts), taking edits
 * back in (kept-edits.ts).
 * Always holds:
 *  - a record is written once and deleted by exactly its id, so tabs of one document cannot delete
 *    what another has yet to save;
 *  - writing and deleting never throw and never keep editing waiting; a storage that is absent, full,
 *    blocked or taken away is told through `onFailure`.
 */
import { uuidv4 } from 'lib0/random'
import {
  type DocumentKey, indexValue, openDatabase, type RecordId, type StoredCopy, type StoredDocument, type StoredRecord, type UnsavedDatabase,
  type WholeDocuments,
} from './unsaved-database.js'
import { settledWithin } from './waiters.js'

export interface KeptRecord {
  readonly id: RecordId
  readonly update: Uint8Array
  /** The lineage in which it was made; empty while the document had none, and where the server tells none. */
  readonly epoch: string
}

/** How long a database may take to open before its edits count as not kept, in milliseconds; closing waits no longer either. */
const OPENING_LIMIT_MS = 2_000

export class UnsavedStore {
  /** Known when the database is open. */
  #document: string[] = []
  // Not crypto.randomUUID, which pages served by plain http do not have.
  readonly #writer = uuidv4()
  readonly #onFailure: (records: readonly RecordId[]) => void
  readonly #opening: Promise<UnsavedDatabase>
  #database: UnsavedDatabase | undefined
  #sequence = 0
  /** Waiting for the end of this task, or for the database to open. */
  #writes: Omit<StoredRecord, 'document'>[] = []
  #deletes: RecordId[] = []
  #queued = false
  #lost = false
  #closed = false
  readonly #running = new Set<Promise<unknown>>()

  /** @param onFailure is told which records could not be written, or were lost. */
  constructor(key: Promise<DocumentKey>, onFailure: (records: readonly RecordId[]) => void) {
    this.#onFailure = onFailure
    this.#opening = this.#openFor(key)
    void this.#open()
  }

  async #openFor(key: Promise<DocumentKey>): Promise<UnsavedDatabase> {
    this.#document = indexValue(await key)
    return openDatabase(() => (this.#lost = true))
  }

  async #open(): Promise<void> {
    await settledWithin(OPENING_LIMIT_MS, this.#opened())
    // Opened late it is used from then on; what was typed until now is not kept, and that is told.
    if (!this.#database) this.#lost = true
    this.#flush()
  }

  async #opened(): Promise<void> {
    const database = await this.#opening
    if (this.#closed) {
      database.close()
      return
    }
    this.#database = database
    this.#lost = false
  }

  /**
   * The records of this document that others wrote: earlier visits, and other tabs. In each writer's order.
   * @throws what IndexedDB throws when it cannot be opened or read.
   */
  async read(): Promise<KeptRecord[]> {
    const database = await this.#opening
    const records = await this.#track(database.getAllFromIndex('updates', 'document', this.#document))
    const others = records.filter((record) => record.id[0] !== this.#writer)
    return others.map(({ id, update, epoch = '' }) => ({ id, update, epoch }))
  }

  /** Keeps an edit. @returns its id at once; should the writing fail, `onFailure` tells it. */
  keep(update: Uint8Array, epoch: string): RecordId {
    const id: [string, number] = [this.#writer, this.#sequence++]
    this.#writes.push({ id, update, ...(epoch !== '' && { epoch }) })
    this.#flushSoon()
    return id
  }

  /** Deletes these records. */
  forget(records: readonly RecordId[]): void {
    if (records.length === 0) return
    this.#deletes.push(...records)
    this.#flushSoon()
  }

  /**
   * Puts a copy aside, and deletes the records that it stands for, both or neither.
   * @throws what IndexedDB throws when it cannot.
   */
  async setAside(copy: Omit<StoredCopy, 'document'>, records: readonly RecordId[]): Promise<void> {
    this.#flush()
    const database = await this.#opening
    const transaction = database.transaction(['updates', 'aside'], 'readwrite')
    const requests = [
      transaction.objectStore('aside').put({ ...copy, document: this.#document }),
      ...records.map(([writer, sequence]) => transaction.objectStore('updates').delete([writer, sequence])),
    ]
    transaction.commit()
    await this.#track(Promise.all([...requests, transaction.done]))
  }

  /** The copies of this document that were put aside. @throws what IndexedDB throws */
  async aside(): Promise<StoredCopy[]> {
    const database = await this.#opening
    return this.#track(database.getAllFromIndex('aside', 'document', this.#document))
  }

  async discardAside(id: string): Promise<void> {
    const database = await this.#opening
    await this.#track(database.delete('aside', id))
  }

  /** The copy of the whole document, if there is one. @throws what IndexedDB throws */
  async whole(): Promise<StoredDocument | undefined> {
    const database = await this.#opening
    return this.#track(database.get('documents', this.#document))
  }

  /** Changes the copies of whole documents in one step, if the database can be used. Never throws: a copy may be missing. */
  changeWhole(change: (documents: WholeDocuments, key: string[]) => Promise<unknown>): void {
    if (!this.#database || this.#lost) return
    const transaction = this.#database.transaction('documents', 'readwrite', { durability: 'relaxed' })
    const changed = change(transaction.store, this.#document)
    void this.#track(Promise.all([changed, transaction.done]).catch(() => undefined))
  }

  /** Ends all writing that was begun, then closes. */
  async close(): Promise<void> {
    if (!this.#database) await settledWithin(OPENING_LIMIT_MS, this.#opening)
    this.#flush()
    await Promise.allSettled(this.#running)
    this.#closed = true
    this.#lost = true
    this.#database?.close()
  }

  #flushSoon(): void {
    if (this.#queued) return
    this.#queued = true
    queueMicrotask(() => {
      this.#queued = false
      this.#flush()
    })
  }

  #flush(): void {
    if ((!this.#database && !this.#lost) || this.#writes.length + this.#deletes.length === 0) return
    const writes = this.#writes.map((record) => ({ ...record, document: this.#document }))
    const deletes = this.#deletes
    this.#writes = []
    this.#deletes = []
    const ids = writes.map((record) => record.id)
    if (this.#lost || !this.#database) {
      this.#onFailure(ids)
      return
    }
    // Nothing waits for an earlier transaction: IndexedDB keeps the order, and a tab that is killed
    // has then handed over all it had. A failed deletion leaves a record too many, which is harmless.
    void this.#track(transact(this.#database, writes, deletes).catch(() => this.#onFailure(ids)))
  }

  /** Lets `close` wait for it. */
  async #track<T>(request: Promise<T>): Promise<T> {
    this.#running.add(request)
    try {
      return await request
    } finally {
      this.#running.delete(request)
    }
  }
}

async function transact(
  database: UnsavedDatabase,
  writes: readonly StoredRecord[],
  deletes: readonly RecordId[],
): Promise<void> {
  // Relaxed: handed to the browser's process, which outlives the tab; an fsync per keystroke would be too much.
  const transaction = database.transaction('updates', 'readwrite', { durability: 'relaxed' })
  // If one request fails the transaction is aborted and `done` rejects; the requests' own promises
  // reject too and must not go unheard.
  const requests = [
    ...writes.map((record) => transaction.store.put(record)),
    ...deletes.map(([writer, sequence]) => transaction.store.delete([writer, sequence])),
  ]
  transaction.commit()
  await Promise.all([...requests, transaction.done])
}
