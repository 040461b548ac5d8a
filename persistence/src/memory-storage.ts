/**
 * Documents in a Map: for tests, and for servers that are told to keep nothing.
 *
 * Owns: nothing that outlives the process. Does not own: durability (there is none).
 * Always holds: the whole contract of Storage except that a restart forgets; every call takes
 * effect at once, so calls never overlap. It doubles as the shortest reading of what the verbs mean.
 */
import { randomUUID } from 'node:crypto'
import {
  checkCompaction, checkEntry, checkListOptions, checkName, checkSequence, checkSnapshot, closed, conflict, removed,
} from './refusals.js'
import type { HistorySetting, LogEntry, LogRecord, Snapshot, Storage, StoredDocument } from './storage.js'

interface Kept {
  readonly epoch: string
  last: number
  removed: boolean
  snapshot: (Snapshot & { readonly through: number }) | undefined
  readonly log: Map<number, LogRecord>
  readonly aside: Map<number, { readonly record: LogRecord; readonly reason: string }>
}

export class MemoryStorage implements Storage {
  readonly #documents = new Map<string, Kept>()
  readonly #history: HistorySetting
  #closed = false

  constructor(options: { history?: HistorySetting } = {}) {
    this.#history = options.history ?? 'keep'
  }

  async append(entries: readonly LogEntry[]): Promise<number[]> {
    this.#refuseWhenClosed()
    // All refusals come before the first change: that is what makes the call all or nothing.
    for (const entry of entries) {
      checkEntry(entry)
      if (this.#documents.get(entry.name)?.removed) throw removed(entry.name)
    }
    return entries.map(({ name, ...entry }) => {
      const document = this.#documents.get(name) ?? this.#create(name)
      const sequence = ++document.last
      document.log.set(sequence, copyRecord({ ...entry, sequence }))
      return sequence
    })
  }

  async load(name: string): Promise<StoredDocument | undefined> {
    const document = this.#find(name)
    if (document === undefined) return undefined
    const { snapshot } = document
    const tail = [...document.log.values()].filter(({ sequence }) => sequence > (snapshot?.through ?? 0))
    return {
      epoch: document.epoch,
      snapshot: snapshot && { ...copySnapshot(snapshot), through: snapshot.through },
      tail: tail.map(copyRecord),
      quarantined: document.aside.size,
    }
  }

  async compact(name: string, snapshot: Snapshot, through: number, epoch?: string): Promise<void> {
    checkSnapshot(snapshot)
    checkSequence(through, true)
    const document = this.#find(name)
    checkCompaction(name, document, (kept) => kept.snapshot?.through ?? 0, through, epoch)
    document.snapshot = { ...copySnapshot(snapshot), through }
    if (this.#history === 'keep') return
    for (const sequence of document.log.keys()) if (sequence <= through) document.log.delete(sequence)
  }

  async quarantine(name: string, sequence: number, reason: string): Promise<void> {
    checkSequence(sequence)
    const document = this.#find(name)
    if (document?.aside.has(sequence)) return
    const record = document?.log.get(sequence)
    if (document === undefined || record === undefined) throw conflict(name, `Its log has no record ${sequence}.`)
    document.log.delete(sequence)
    document.aside.set(sequence, { record, reason })
  }

  async list(options: { after?: string; limit: number }): Promise<string[]> {
    this.#refuseWhenClosed()
    checkListOptions(options)
    const { after, limit } = options
    const names = [...this.#documents].filter(([, kept]) => !kept.removed).map(([name]) => Buffer.from(name))
    const later = after === undefined ? names : names.filter((name) => name.compare(Buffer.from(after)) > 0)
    return later.toSorted(Buffer.compare).slice(0, limit).map(String)
  }

  async remove(name: string): Promise<void> {
    const document = this.#findAny(name)
    if (document !== undefined) document.removed = true
  }

  async restore(name: string): Promise<void> {
    const document = this.#findAny(name)
    if (document !== undefined) document.removed = false
  }

  async erase(name: string): Promise<void> {
    this.#findAny(name)
    this.#documents.delete(name)
  }

  async probe(): Promise<void> {
    this.#refuseWhenClosed()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#documents.clear()
  }

  #create(name: string): Kept {
    const document: Kept = {
      epoch: randomUUID(),
      last: 0,
      removed: false,
      snapshot: undefined,
      log: new Map(),
      aside: new Map(),
    }
    this.#documents.set(name, document)
    return document
  }

  #find(name: string): Kept | undefined {
    const document = this.#findAny(name)
    if (document?.removed) throw removed(name)
    return document
  }

  #findAny(name: string): Kept | undefined {
    this.#refuseWhenClosed()
    checkName(name)
    return this.#documents.get(name)
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw closed()
  }
}

/** Not `slice`: a Buffer is a Uint8Array too, and its `slice` is a view. */
const copy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

const copyRecord = (record: LogRecord): LogRecord => ({ ...record, update: copy(record.update) })

const copySnapshot = (snapshot: Snapshot): Snapshot => ({
  update: copy(snapshot.update),
  stateVector: copy(snapshot.stateVector),
  deletions: copy(snapshot.deletions),
})
