/**
 * A data directory with many documents in it, and what each of them must hold.
 *
 * Owns: making it from a seed, in tables and in the log, with snapshots and without; comparing what is read back.
 * Does not own: damaging it (damages.ts).
 */
import { readdir } from 'node:fs/promises'
import { type HistorySetting, LevelStorage, type StoredDocument } from '@cowrite/persistence'
import { randomOf } from '@cowrite/persistence/contract'
import * as Y from 'yjs'
import { withDatabase } from './raw-level.js'

export interface Peopled {
  /** Of each document the updates in order; a document with a snapshot has `through` of them in it. */
  readonly documents: ReadonlyMap<string, { readonly updates: readonly Uint8Array[]; readonly through: number }>
}

/** @param rounds of one update to each document; the older half is in tables when it is done. */
export async function people(
  directory: string,
  options: { seed: number; documents: number; rounds: number; history?: HistorySetting },
): Promise<Peopled> {
  const { seed, documents: count, rounds, history = 'none' } = options
  const random = randomOf(seed)
  const open = () => LevelStorage.open(directory, { durability: 'fsync', history })
  const documents = new Map<string, { doc: Y.Doc; updates: Uint8Array[]; through: number }>()
  for (let index = 0; index < count; index++) {
    const doc = new Y.Doc()
    doc.clientID = seed * 1000 + index
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    documents.set(`document ${String(index).padStart(3, '0')}`, { doc, updates, through: 0 })
  }
  for (const half of [0, 1]) {
    const storage = await open()
    for (let round = 0; round < rounds / 2; round++) {
      const entries = [...documents].map(([name, { doc, updates }]) => {
        const text = doc.getText('text')
        text.insert(Math.floor(random() * (text.length + 1)), wordOf(random))
        return { name, update: updates.at(-1) as Uint8Array, author: 'somebody', time: round }
      })
      await storage.append(entries)
    }
    if (half === 0) await snapshotSome(storage, documents)
    await storage.close()
    if (half === 0) await withDatabase(directory, (database) => database.compactRange(Uint8Array.of(0), Uint8Array.of(255)))
  }
  return { documents }
}

async function snapshotSome(
  storage: LevelStorage,
  documents: ReadonlyMap<string, { doc: Y.Doc; updates: Uint8Array[]; through: number }>,
): Promise<void> {
  let index = 0
  for (const [name, document] of documents) {
    if (index++ % 3 !== 0) continue
    const update = Y.encodeStateAsUpdate(document.doc)
    const stateVector = Y.encodeStateVector(document.doc)
    document.through = document.updates.length
    await storage.compact(name, { update, stateVector, deletions: Y.diffUpdate(update, stateVector) }, document.through)
  }
}

function wordOf(random: () => number): string {
  const letters = Array.from({ length: 3 + Math.floor(random() * 25) }, () => 97 + Math.floor(random() * 26))
  return String.fromCharCode(...letters)
}

export const contentOfStored = ({ snapshot, tail }: StoredDocument): string => {
  const doc = new Y.Doc()
  if (snapshot !== undefined) Y.applyUpdate(doc, snapshot.update)
  for (const { update } of tail) Y.applyUpdate(doc, update)
  return doc.getText('text').toString()
}

/** Whether a document is exactly what was written: every update, byte for byte, and nothing else. */
export function isWhole(expected: { readonly updates: readonly Uint8Array[]; readonly through: number }, found: StoredDocument | undefined): boolean {
  if (found === undefined || (found.snapshot?.through ?? 0) !== expected.through) return false
  const wanted = expected.updates.slice(expected.through)
  return wanted.length === found.tail.length && wanted.every((update, index) => {
    const record = found.tail[index]
    return record?.sequence === expected.through + index + 1 && Buffer.compare(record.update, update) === 0
  }) && (expected.through === 0 || contentOfStored({ ...found, tail: [] }) === contentOfUpdates(expected.updates.slice(0, expected.through)))
}

function contentOfUpdates(updates: readonly Uint8Array[]): string {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc.getText('text').toString()
}

/** Names of the files of the database, without LevelDB's diary. */
export const dataFilesIn = async (directory: string, pattern: RegExp): Promise<string[]> =>
  (await readdir(directory)).filter((name) => pattern.test(name) && !name.startsWith('LOG')).toSorted()
