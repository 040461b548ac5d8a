/**
 * Documents in a Map: for tests, and for servers that are told to keep nothing.
 *
 * Owns: nothing that outlives the process. Does not own: durability (there is none).
 * Always holds: the whole contract of Storage except that a restart forgets; every call takes
 * effect at once, so calls never overlap. It doubles as the shortest reading of what the verbs mean.
 */
import { randomUUID } from 'node:crypto'
import {
  checkCompaction, checkEntries, checkEpochs, checkListOptions, checkName, checkSequence, checkSnapshot, checkTime,
  closed, conflict, removed,
} from './refusals.js'
import { checkNote, contentOf, RESTORE_POINTS_KEPT, surplus } from './restore-points.js'
import type {
  HistorySetting, LogEntry, LogRecord, RemovedDocument, RestorePoint, RestorePointNote, Snapshot, Storage, StoredDocument,
} from './storage.js'
import { formerOf, NO_FORMER } from './former.js'
import { addMentions } from './mentioned-files.js'

interface Kept {
  readonly epoch: string
  readonly former: Uint8Array
  last: number
  removed: { readonly time: number; readonly erased: boolean } | undefined
  snapshot: (Snapshot & { readonly through: number }) | undefined
  readonly log: Map<number, LogRecord>
  readonly aside: Map<number, { readonly record: LogRecord; readonly reason: string }>
  readonly points: Map<number, { readonly point: RestorePoint; readonly updates: Uint8Array[] }>
}

export class MemoryStorage implements Storage {
  readonly #documents = new Map<string, Kept>()
  readonly #history: HistorySetting
  readonly #restorePoints: number
  #closed = false

  constructor(options: { history?: HistorySetting; restorePoints?: number } = {}) {
    this.#history = options.history ?? 'keep'
    this.#restorePoints = options.restorePoints ?? RESTORE_POINTS_KEPT
  }

  async append(entries: readonly LogEntry[]): Promise<number[]> {
    this.#refuseWhenClosed()
    // All refusals come before the first change: that is what makes the call all or nothing.
    checkEntries(entries)
    for (const { name } of entries) this.#find(name)
    checkEpochs(entries, (name) => this.#documents.get(name)?.epoch)
    const named = new Map(entries.toReversed().flatMap(({ name, epoch }) => (epoch === undefined ? [] : [[name, epoch]])))
    return entries.map(({ name, epoch: _epoch, restorePoint: reason, ...entry }) => {
      const document = this.#documents.get(name) ?? this.#begin(name, named.get(name) ?? randomUUID())
      if (reason !== undefined) this.#keepPoint(document, { ...entry, reason })
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
      former: copy(document.former),
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

  async keepRestorePoint(name: string, note: RestorePointNote): Promise<RestorePoint | undefined> {
    checkNote(note)
    const document = this.#find(name)
    return document && this.#keepPoint(document, note)
  }

  async listRestorePoints(name: string): Promise<RestorePoint[]> {
    const points = [...(this.#find(name)?.points.values() ?? [])].map(({ point }) => ({ ...point }))
    return points.toSorted((a, b) => b.sequence - a.sequence)
  }

  async loadRestorePoint(name: string, sequence: number): Promise<Uint8Array[] | undefined> {
    checkSequence(sequence)
    return this.#find(name)?.points.get(sequence)?.updates.map(copy)
  }

  async list(options: { after?: string; limit: number }): Promise<string[]> {
    return this.#page(options, (kept) => kept.removed === undefined).map(([name]) => name)
  }

  async listRemoved(options: { after?: string; limit: number }): Promise<RemovedDocument[]> {
    const page = this.#page(options, (kept) => kept.removed !== undefined)
    return page.flatMap(([name, kept]) => (kept.removed ? [{ name, ...kept.removed }] : []))
  }

  async remove(name: string, time = Date.now()): Promise<void> {
    checkTime(time)
    const document = this.#findAny(name)
    if (document !== undefined) document.removed ??= { time, erased: false }
  }

  async restore(name: string): Promise<void> {
    const document = this.#findAny(name)
    if (document?.removed?.erased === false) document.removed = undefined
  }

  async erase(name: string, time = Date.now()): Promise<void> {
    checkTime(time)
    const document = this.#findAny(name)
    if (document === undefined || document.removed?.erased) return
    const aside = [...document.aside.values()].map(({ record }) => record.update)
    const former = formerOf({ ...document, tail: [...document.log.values()] }, aside)
    this.#begin(name, document.epoch, former).removed = { time, erased: true }
  }

  async create(name: string): Promise<void> {
    const document = this.#findAny(name)
    if (document?.removed?.erased === false) throw removed(name)
    if (document === undefined || document.removed) this.#begin(name, randomUUID(), document?.former)
  }

  async mentionedFiles(name?: string): Promise<Set<string>> {
    const found = new Set<string>()
    const one = name === undefined ? undefined : this.#findAny(name)
    this.#refuseWhenClosed()
    for (const { snapshot, log, aside, points } of name === undefined ? this.#documents.values() : one ? [one] : []) {
      const records = [...log.values(), ...[...aside.values()].map(({ record }) => record), ...(snapshot ? [snapshot] : [])]
      for (const { update } of records) addMentions(update, found)
      for (const { updates } of points.values()) for (const update of updates) addMentions(update, found)
    }
    return found
  }

  async probe(): Promise<void> {
    this.#refuseWhenClosed()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#documents.clear()
  }

  #page(options: { after?: string; limit: number }, wanted: (kept: Kept) => boolean): [name: string, kept: Kept][] {
    this.#refuseWhenClosed()
    checkListOptions(options)
    const { after, limit } = options
    const found = [...this.#documents].filter(([, kept]) => wanted(kept))
    const bytes = new Map(found.map(([name]) => [name, Buffer.from(name)] as const))
    const order = (a: string, b: string): number => Buffer.compare(bytes.get(a) ?? Buffer.from(a), bytes.get(b) ?? Buffer.from(b))
    const later = after === undefined ? found : found.filter(([name]) => order(name, after) > 0)
    return later.toSorted(([a], [b]) => order(a, b)).slice(0, limit)
  }

  #keepPoint(document: Kept, { author, time, reason }: RestorePointNote): RestorePoint | undefined {
    const { points, snapshot, log, last: sequence } = document
    const tail = [...log.values()].filter((record) => record.sequence > (snapshot?.through ?? 0))
    const updates = contentOf({ snapshot, tail }).map(copy)
    if (updates.length === 0 || this.#restorePoints === 0) return undefined
    const point: RestorePoint = { sequence, time, reason, ...(author !== undefined && { author }) }
    points.set(sequence, { point, updates })
    for (const gone of surplus([...points.keys()].toSorted((a, b) => a - b), this.#restorePoints)) points.delete(gone)
    return { ...point }
  }

  #begin(name: string, epoch: string, former = NO_FORMER): Kept {
    const document: Kept = {
      epoch,
      former,
      last: 0,
      removed: undefined,
      snapshot: undefined,
      log: new Map(),
      aside: new Map(),
      points: new Map(),
    }
    this.#documents.set(name, document)
    return document
  }

  #find(name: string): Kept | undefined {
    const document = this.#findAny(name)
    if (document?.removed) throw removed(name, document.removed.erased)
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
