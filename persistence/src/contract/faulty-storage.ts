/**
 * A storage that fails, stalls and tears as it is told.
 *
 * Owns: the faults, and when they strike. Does not own: what is stored; that is the inner storage's.
 * Always holds: without a fault a call goes through unchanged; `close` never meets one; a stalled
 * call waits for `release` and for nothing else, no time passes by itself.
 */
import {
  type LogEntry, type RemovedDocument, type RestorePoint, type RestorePointNote, type Snapshot, type Storage, StorageError,
  type StoredDocument,
} from '../storage.js'
import { randomOf } from './random.js'

export type Fault =
  /** The call rejects with `io`, for this reason of the system, and nothing reached the disk. */
  | { readonly kind: 'fail'; readonly errno?: 'ENOSPC' | 'EIO' | 'EROFS' }
  /** The call waits until it is released, then goes through. */
  | { readonly kind: 'stall' }
  /**
   * The call rejects with `io`, but some of it is on the disk: of an append this many entries, of
   * anything else all of it. What a crash before the answer looks like, too.
   */
  | { readonly kind: 'tear'; readonly entries: number }

export interface StorageCall {
  readonly verb: Exclude<keyof Storage, 'close'>
  /** Counts all calls from 0. */
  readonly index: number
  /** The entries of an append, else none. */
  readonly entries: readonly LogEntry[]
}

/** Says what befalls a call; undefined for nothing. */
export type FaultPlan = (call: StorageCall) => Fault | undefined

/** The plan that strikes the calls with these numbers. */
export const faultsAt =
  (faults: Readonly<Record<number, Fault>>): FaultPlan =>
  ({ index }) =>
    faults[index]

/** A plan by chance; shares of 1, for instance `{ fail: 0.2 }`. The same seed strikes the same calls. */
export function faultsBySeed(seed: number, shares: { fail?: number; stall?: number; tear?: number }): FaultPlan {
  const random = randomOf(seed)
  const { fail = 0, stall = 0, tear = 0 } = shares
  return ({ entries }) => {
    const dice = random()
    const place = random()
    if (dice < fail) return { kind: 'fail' }
    if (dice < fail + stall) return { kind: 'stall' }
    if (dice < fail + stall + tear) return { kind: 'tear', entries: Math.floor(place * (entries.length + 1)) }
    return undefined
  }
}

export class FaultyStorage implements Storage {
  readonly #inner: Storage
  readonly #stalled: (() => void)[] = []
  readonly #onStall: (storage: FaultyStorage) => void
  #watchers: (() => void)[] = []
  #calls = 0
  /** May be exchanged at any time: a disk breaks, and is mended. */
  plan: FaultPlan

  /** @param onStall called when a call begins to wait; it may arrange for the release. */
  constructor(inner: Storage, plan: FaultPlan = () => undefined, onStall: (storage: FaultyStorage) => void = () => {}) {
    this.#inner = inner
    this.plan = plan
    this.#onStall = onStall
  }

  /** Calls that wait for `release`. */
  get stalled(): number {
    return this.#stalled.length
  }

  /** Resolves as soon as at least one call waits. */
  whenStalled(): Promise<void> {
    if (this.#stalled.length > 0) return Promise.resolve()
    return new Promise((resolve) => this.#watchers.push(resolve))
  }

  /** Lets all go on that wait now. */
  release(): void {
    for (const goOn of this.#stalled.splice(0)) goOn()
  }

  append(entries: readonly LogEntry[]): Promise<number[]> {
    const partly = (count: number): Promise<number[]> => this.#inner.append(entries.slice(0, count))
    return this.#call('append', () => this.#inner.append(entries), partly, entries)
  }

  load(name: string): Promise<StoredDocument | undefined> {
    return this.#call('load', () => this.#inner.load(name))
  }

  compact(name: string, snapshot: Snapshot, through: number, epoch?: string): Promise<void> {
    return this.#call('compact', () => this.#inner.compact(name, snapshot, through, epoch))
  }

  quarantine(name: string, sequence: number, reason: string): Promise<void> {
    return this.#call('quarantine', () => this.#inner.quarantine(name, sequence, reason))
  }

  keepRestorePoint(name: string, note: RestorePointNote): Promise<RestorePoint | undefined> {
    return this.#call('keepRestorePoint', () => this.#inner.keepRestorePoint(name, note))
  }

  listRestorePoints(name: string): Promise<RestorePoint[]> {
    return this.#call('listRestorePoints', () => this.#inner.listRestorePoints(name))
  }

  loadRestorePoint(name: string, sequence: number): Promise<Uint8Array[] | undefined> {
    return this.#call('loadRestorePoint', () => this.#inner.loadRestorePoint(name, sequence))
  }

  list(options: { after?: string; limit: number }): Promise<string[]> {
    return this.#call('list', () => this.#inner.list(options))
  }

  listRemoved(options: { after?: string; limit: number }): Promise<RemovedDocument[]> {
    return this.#call('listRemoved', () => this.#inner.listRemoved(options))
  }

  remove(name: string, time?: number): Promise<void> {
    return this.#call('remove', () => this.#inner.remove(name, time))
  }

  restore(name: string): Promise<void> {
    return this.#call('restore', () => this.#inner.restore(name))
  }

  erase(name: string, time?: number): Promise<void> {
    return this.#call('erase', () => this.#inner.erase(name, time))
  }

  create(name: string): Promise<void> {
    return this.#call('create', () => this.#inner.create(name))
  }

  mentionedFiles(name?: string): Promise<Set<string>> {
    return this.#call('mentionedFiles', () => this.#inner.mentionedFiles(name))
  }

  probe(): Promise<void> {
    return this.#call('probe', () => this.#inner.probe())
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  async #call<T>(
    verb: StorageCall['verb'],
    whole: () => Promise<T>,
    partly: (entries: number) => Promise<T> = whole,
    entries: readonly LogEntry[] = [],
  ): Promise<T> {
    const fault = this.plan({ verb, index: this.#calls++, entries })
    if (fault === undefined) return whole()
    if (fault.kind === 'stall') {
      await this.#stall()
      return whole()
    }
    if (fault.kind === 'tear') await partly(fault.entries)
    const cause = fault.kind === 'fail' && fault.errno ? { cause: Object.assign(new Error(fault.errno), { code: fault.errno }) } : {}
    throw new StorageError('io', `A fault was asked for: ${fault.kind} at ${verb}.`, cause)
  }

  #stall(): Promise<void> {
    return new Promise((resolve) => {
      this.#stalled.push(resolve)
      for (const seen of this.#watchers.splice(0)) seen()
      this.#onStall(this)
    })
  }
}
