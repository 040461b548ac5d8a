/**
 * The database in the browser's own storage (IndexedDB) in which edits and documents outlive a tab.
 *
 * Owns: its name, its layout, opening it.
 * Does not own: what is written when (unsaved-store.ts).
 * Always holds: a later version of the layout adds to it and leaves records alone that it does not know.
 */
import type { Role } from '@cowrite/protocol'
import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, openDB } from 'idb'

/** Which document, where. A later version may add parts; records of another key are left alone. */
export interface DocumentKey {
  /** Address of the server. */
  readonly server: string
  readonly doc: string
  /** Whose edits they are, where people log in: the next person at this browser must not see them. */
  readonly user?: string
}

/** Who wrote a record (one per provider), and its place in that writer's order. */
export type RecordId = readonly [writer: string, sequence: number]

export interface StoredRecord {
  id: [string, number]
  document: string[]
  update: Uint8Array
  /** The lineage in which it was made; absent while the document had none. */
  epoch?: string
}

/** Edits that no longer fit the document: see set-aside.ts. */
export interface StoredCopy {
  id: string
  document: string[]
  epoch: string
  time: number
  changes: number
  edits: Uint8Array
  whole?: Uint8Array
}

/** A whole document: see local-copy.ts. */
export interface StoredDocument {
  document: string[]
  epoch: string
  /** Another at each writing. */
  version: string
  time: number
  bytes: number
  update: Uint8Array
  /** What its user may do, as the server said last. */
  role?: Role
}

interface UnsavedSchema extends DBSchema {
  updates: { key: [string, number]; value: StoredRecord; indexes: { document: string[] } }
  aside: { key: string; value: StoredCopy; indexes: { document: string[] } }
  documents: { key: string[]; value: StoredDocument; indexes: { used: [time: number, bytes: number] } }
}

export type UnsavedDatabase = IDBPDatabase<UnsavedSchema>
/** The copies of whole documents, in a transaction that may change them. */
export type WholeDocuments = IDBPObjectStore<UnsavedSchema, ['documents'], 'documents', 'readwrite'>

/** Name of the database in the origin's storage. */
export const UNSAVED_DATABASE = 'cowrite-unsaved'

const VERSION = 3

/** How the records of a document are found. */
export const indexValue = ({ server, doc, user }: DocumentKey): string[] => (user === undefined ? [server, doc] : [server, doc, user])

/** @param onLost it was closed under us. */
export async function openDatabase(onLost: () => void): Promise<UnsavedDatabase> {
  const database = await openDB<UnsavedSchema>(UNSAVED_DATABASE, VERSION, {
    upgrade(fresh, before) {
      if (before < 1) fresh.createObjectStore('updates', { keyPath: 'id' }).createIndex('document', 'document')
      if (before < 2) fresh.createObjectStore('aside', { keyPath: 'id' }).createIndex('document', 'document')
      if (before < 3) fresh.createObjectStore('documents', { keyPath: 'document' }).createIndex('used', ['time', 'bytes'])
    },
    // A newer version of this code, in another tab, wants to change the layout: make way, keep editing.
    blocking() {
      database.close()
      onLost()
    },
    terminated: onLost,
  })
  return database
}

/**
 * Deletes all records and copies of the documents that match, and the documents themselves. @returns the ids of the records; nothing where there is no database
 * @throws what IndexedDB throws when it cannot be opened or written
 */
export async function forgetKept(matches: (document: readonly string[]) => boolean): Promise<RecordId[]> {
  if (typeof indexedDB === 'undefined') return []
  const database = await openDatabase(() => undefined)
  try {
    const transaction = database.transaction(['updates', 'aside', 'documents'], 'readwrite')
    const gone: RecordId[] = []
    for await (const cursor of transaction.objectStore('updates')) {
      if (!matches(cursor.value.document)) continue
      gone.push(cursor.value.id)
      await cursor.delete()
    }
    for await (const cursor of transaction.objectStore('aside')) if (matches(cursor.value.document)) await cursor.delete()
    const documents = transaction.objectStore('documents')
    for (const key of await documents.getAllKeys()) if (matches(key)) await documents.delete(key)
    await transaction.done
    return gone
  } finally {
    database.close()
  }
}
