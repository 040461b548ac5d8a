/**
 * Compaction as the server runs it: when one is due, one per document at a time.
 *
 * Owns: the rule when a tail is worth compacting, waiting for a quiet moment, and the way disk → worker → disk.
 * Does not own: how a snapshot is made (persistence), what rooms do with it (rooms.ts).
 * Always holds: the new snapshot is made from what is on disk, never from memory, so that every
 * compaction also proves that the document can be loaded.
 */
import { type Compactor, type Snapshot, type Storage, StorageError } from '@cowrite/persistence'
import type { Clock } from './clock.js'
import type { DocumentState } from './document-state.js'
import type { Log } from './log.js'
import { makeTurns } from './turns.js'

export interface CompactionsOptions {
  readonly storage: Storage
  readonly compactor: Pick<Compactor, 'compact'>
  readonly clock: Clock
  readonly log: Log
  /** Updates in the tail from which a compaction is worth its work. */
  readonly compactAfterUpdates: number
  /** `rejected` counts committed updates that no Y.Doc can apply; they are in quarantine now. */
  readonly onCompacted: (name: string, snapshot: Snapshot, through: number, rejected: number) => void
}

/**
 * A tail is compacted once it weighs a quarter of the snapshot: rewriting 5 MB for 500 keystrokes
 * would write 400 times what was typed. A tail this many times longer than the threshold is
 * compacted whatever it weighs, since joining costs grow with its records.
 */
const LONG_TAIL_FACTOR = 10
/** When a document is put away a tenth of the tail is enough: nobody waits for it, and the next load is faster. */
const UNLOAD_FACTOR = 0.1
/** So many bytes of tail are enough then, too: a snapshot may leave memory while its document is open, a tail may not. */
const UNLOAD_BYTES = 16 * 1024
/**
 * What is due when a document is loaded waits for a second in which no document was loaded, so that it does not
 * compete with the first answers, but not once as much again was written, and never longer than a minute. In
 * milliseconds.
 */
const QUIET_MS = 1_000
const MAX_WAIT_FOR_QUIET_MS = 60_000
/** One is read or written while another is computed; more would wait in memory for the one thread. */
const AT_ONCE = 2

export class Compactions {
  readonly #options: CompactionsOptions
  readonly #running = new Map<string, Promise<void>>()
  readonly #inTurn = makeTurns(AT_ONCE)
  /** Documents that wait for a quiet moment: the length of their tail when loaded, and how to call the waiting off. */
  readonly #waiting = new Map<string, { tailLength: number; cancel: () => void }>()
  #lastLoadAt = 0
  #stopped = false

  constructor(options: CompactionsOptions) {
    this.#options = options
  }

  /** Starts a compaction if the tail is worth it; after a load not before a quiet moment. */
  consider(name: string, state: DocumentState, occasion: 'load' | 'commit' | 'unload'): void {
    const { compactAfterUpdates, clock } = this.#options
    if (occasion === 'load') this.#lastLoadAt = clock.now()
    else if (occasion === 'unload') this.#stopWaiting(name)
    const enough = occasion === 'unload' ? Math.ceil(compactAfterUpdates * UNLOAD_FACTOR) : compactAfterUpdates
    // Who waits does so until as much again was written.
    const isLong = state.tailLength >= enough + (this.#waiting.get(name)?.tailLength ?? 0)
    const isBig = occasion === 'unload' && state.tailBytes >= UNLOAD_BYTES
    if (!isLong && !isBig) return
    const heavy = state.tailBytes * 4 >= state.snapshotBytes
    if (!heavy && state.tailLength < enough * LONG_TAIL_FACTOR) return
    if (occasion === 'load') this.#startWhenQuiet(name, state.tailLength, clock.now() + MAX_WAIT_FOR_QUIET_MS)
    else void this.start(name)
  }

  #startWhenQuiet(name: string, tailLength: number, latest: number): void {
    const { clock } = this.#options
    const start = Math.min(latest, this.#lastLoadAt + QUIET_MS)
    const cancel = clock.after(start - clock.now(), () => {
      this.#waiting.delete(name)
      if (clock.now() < Math.min(latest, this.#lastLoadAt + QUIET_MS)) this.#startWhenQuiet(name, tailLength, latest)
      else void this.start(name)
    })
    this.#waiting.set(name, { tailLength, cancel })
  }

  #stopWaiting(name: string): void {
    this.#waiting.get(name)?.cancel()
    this.#waiting.delete(name)
  }

  /** Starts a compaction unless one of this document is under way; resolves when it has ended, well or not. */
  start(name: string): Promise<void> {
    const running = this.#running.get(name)
    if (running || this.#stopped) return running ?? Promise.resolve()
    this.#stopWaiting(name)
    const run = this.#inTurn(() => this.#compact(name))
      .catch((error: unknown) => {
        // Nothing is lost: the log is whole. The next commit asks again.
        if (!this.#stopped && !isGone(error)) this.#options.log.error({ err: error, room: name }, 'compaction failed')
      })
      .finally(() => this.#running.delete(name))
    this.#running.set(name, run)
    return run
  }

  /** Resolves when no compaction of this document is under way. */
  async whenEnded(name: string): Promise<void> {
    this.#stopWaiting(name)
    await this.#running.get(name)
  }

  async #compact(name: string): Promise<void> {
    const { storage, log, onCompacted } = this.#options
    // Its turn may have come late.
    if (this.#stopped) return
    const work = await this.#handOver(name)
    if (!work) return
    const { snapshot, through, rejected } = await work.compacting
    for (const { sequence, reason } of rejected) {
      log.error({ room: name, sequence, reason }, 'committed update put in quarantine: it cannot be applied')
      await storage.quarantine(name, sequence, reason)
    }
    await storage.compact(name, snapshot, through, work.epoch)
    log.debug({ room: name, through, updates: work.updates, bytes: snapshot.update.length }, 'compacted')
    onCompacted(name, snapshot, through, rejected.length)
  }

  /** Gives the document as it is on disk to a worker; here nothing of it is kept while that computes. */
  async #handOver(name: string): Promise<{ compacting: ReturnType<Compactor['compact']>; epoch: string; updates: number } | undefined> {
    const stored = await this.#options.storage.load(name)
    if (!stored || stored.tail.length === 0) return undefined
    const { snapshot, tail, epoch } = stored
    return { compacting: this.#options.compactor.compact(snapshot, tail), epoch, updates: tail.length }
  }

  /** Starts no more, and resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const name of [...this.#waiting.keys()]) this.#stopWaiting(name)
    await Promise.all(this.#running.values())
  }
}

/** The document was deleted meanwhile: there is nothing left to compact. */
const isGone = (error: unknown): boolean => error instanceof StorageError && error.code === 'removed'
