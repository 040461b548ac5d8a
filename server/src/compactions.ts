/**
 * Compaction as the server runs it: when one is due, one per document at a time.
 *
 * Owns: the rule when a tail is worth compacting, and the way disk → worker → disk.
 * Does not own: how a snapshot is made (persistence), what rooms do with it (rooms.ts).
 * Always holds: the new snapshot is made from what is on disk, never from memory, so that every
 * compaction also proves that the document can be loaded.
 */
import type { Compactor, Snapshot, Storage } from '@cowrite/persistence'
import type { DocumentState } from './document-state.js'
import type { Log } from './log.js'

export interface CompactionsOptions {
  readonly storage: Storage
  readonly compactor: Pick<Compactor, 'compact'>
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

export class Compactions {
  readonly #options: CompactionsOptions
  readonly #running = new Map<string, Promise<void>>()
  #stopped = false

  constructor(options: CompactionsOptions) {
    this.#options = options
  }

  /** Starts a compaction if the tail is worth it. */
  consider(name: string, state: DocumentState, occasion: 'commit' | 'unload'): void {
    const { compactAfterUpdates } = this.#options
    const enough = occasion === 'unload' ? Math.ceil(compactAfterUpdates * UNLOAD_FACTOR) : compactAfterUpdates
    if (state.tailLength < enough) return
    const heavy = state.tailBytes * 4 >= state.snapshotBytes
    if (heavy || state.tailLength >= enough * LONG_TAIL_FACTOR) void this.start(name)
  }

  /** Starts a compaction unless one of this document is under way; resolves when it has ended, well or not. */
  start(name: string): Promise<void> {
    const running = this.#running.get(name)
    if (running || this.#stopped) return running ?? Promise.resolve()
    const run = this.#compact(name)
      .catch((error: unknown) => {
        // Nothing is lost: the log is whole. The next commit asks again.
        if (!this.#stopped) this.#options.log.error({ err: error, room: name }, 'compaction failed')
      })
      .finally(() => this.#running.delete(name))
    this.#running.set(name, run)
    return run
  }

  async #compact(name: string): Promise<void> {
    const { storage, compactor, log, onCompacted } = this.#options
    const stored = await storage.load(name)
    if (!stored || stored.tail.length === 0) return
    const { snapshot, through, rejected } = await compactor.compact(stored.snapshot, stored.tail)
    for (const { sequence, reason } of rejected) {
      log.error({ room: name, sequence, reason }, 'committed update put in quarantine: it cannot be applied')
      await storage.quarantine(name, sequence, reason)
    }
    await storage.compact(name, snapshot, through, stored.epoch)
    log.debug({ room: name, through, updates: stored.tail.length, bytes: snapshot.update.length }, 'compacted')
    onCompacted(name, snapshot, through, rejected.length)
  }

  /** Starts no more, and resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#running.values())
  }
}
