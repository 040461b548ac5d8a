/**
 * The browser's storage as the provider uses it, and visits that leave edits there.
 *
 * Always holds: each test starts with a storage of its own, empty one.
 */
import { UNSAVED_DATABASE } from '@cowrite/client'
import * as fakeIndexedDB from 'fake-indexeddb'
import { beforeEach, expect, vi } from 'vitest'
import type { FakeNetwork, FakeSocket } from './fake-socket.js'
import { endOfTask, provide as provideWith } from './provider.js'

const classes = Object.fromEntries(Object.entries(fakeIndexedDB).filter(([name]) => name.startsWith('IDB')))

/** Call at the top of a test file: gives each of its tests an IndexedDB, and the classes that come with it. */
export function useFakeStorage(): void {
  beforeEach(() => {
    Object.assign(globalThis, classes, { indexedDB: new fakeIndexedDB.IDBFactory() })
  })
}

/** A provider that keeps unsaved edits. */
export const provide = (options: Parameters<typeof provideWith>[0] = {}, network?: FakeNetwork) =>
  provideWith({ keepUnsaved: true, ...options }, network)

export interface Kept {
  readonly id: [string, number]
  readonly document: string[]
  readonly update: Uint8Array
}

const resultOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })

async function withRecords<T>(mode: IDBTransactionMode, use: (records: IDBObjectStore) => IDBRequest<T>, store = 'updates'): Promise<T> {
  const database = await resultOf(indexedDB.open(UNSAVED_DATABASE))
  try {
    return await resultOf(use(database.transaction(store, mode).objectStore(store)))
  } finally {
    database.close()
  }
}

/** Whether any provider has used the storage. */
export const isStorageUsed = async (): Promise<boolean> => (await indexedDB.databases()).length > 0

/** Everything kept in this browser. */
export const kept = async (): Promise<Kept[]> =>
  (await isStorageUsed()) ? withRecords('readonly', (records) => records.getAll() as IDBRequest<Kept[]>) : []

export interface WholeCopy {
  readonly document: string[]
  readonly epoch: string
  readonly version: string
  readonly time: number
  readonly bytes: number
  readonly update: Uint8Array
}

/** The copies of whole documents in this browser. */
export const copies = async (): Promise<WholeCopy[]> =>
  (await isStorageUsed()) ? withRecords('readonly', (documents) => documents.getAll() as IDBRequest<WholeCopy[]>, 'documents') : []

/** Puts a copy there that no provider wrote. */
export const putCopy = (copy: WholeCopy): Promise<unknown> => withRecords('readwrite', (documents) => documents.put(copy), 'documents')

/** Puts a record there that no provider wrote. */
export const putRecord = (record: Kept): Promise<unknown> => withRecords('readwrite', (records) => records.put(record))

/** Another tab opens the database with a newer layout. */
export async function upgradeDatabase(): Promise<void> {
  const database = await resultOf(indexedDB.open(UNSAVED_DATABASE, 99))
  database.close()
}

/** Waits until so many records are kept. */
export const eventuallyKept = (count: number): Promise<void> =>
  vi.waitFor(async () => expect(await kept()).toHaveLength(count), { timeout: 20_000, interval: 20 })

/** Waits until so many sockets were opened. */
export const eventuallyOpens = (network: FakeNetwork, count = 1): Promise<void> =>
  vi.waitFor(() => expect(network.sockets).toHaveLength(count), { timeout: 20_000, interval: 5 })

/** Answers questions until there are none. */
export async function confirmAll(socket: FakeSocket): Promise<void> {
  do await endOfTask()
  while (socket.confirm() > 0)
}

/** A visit that types these texts offline, then ends without having been saved. */
export async function offlineVisit(texts: string[], options: Parameters<typeof provide>[0] = {}): Promise<void> {
  const { provider } = provide({ connect: false, ...options })
  const text = provider.ydoc.getText('text')
  for (const part of texts) text.insert(text.length, part)
  expect(provider.status).toMatchObject({ save: 'unsaved', unsaved: texts.length, kept: true })
  await provider.destroy()
}
