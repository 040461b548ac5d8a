/**
 * The memory that all rooms together spend on snapshots and on answers made from them.
 *
 * Owns: the budget, whose turn it is to let go, and reading from storage what was let go.
 * Does not own: what a room keeps and makes of it (answers.ts, document-state.ts).
 * Always holds:
 *  - between two events at most the budget is kept, also where one snapshot alone is larger than that;
 *  - who was not asked for longest lets go first, and who was not asked for a while lets go anyway.
 */
import type { Storage, StoredDocument } from '@cowrite/persistence'
import type { Clock } from './clock.js'
import type { Lookup } from './known-deletions.js'
import { makeTurns } from './turns.js'

/** Somebody who keeps what can be had again. */
export interface Holder {
  /** Bytes that `letGo` would free now. */
  readonly keptBytes: number
  /** Forgets all that can be had again; `keptBytes` is 0 then. */
  letGo(): void
  /** Forgets answers that were kept for others who may ask the same at once. */
  forgetAnswers(): void
}

export interface SnapshotsOptions {
  readonly storage: Pick<Storage, 'load'>
  readonly clock: Clock
  /** Bytes kept at most. */
  readonly snapshotCacheBytes: number
}

/** Snapshots read from storage at once: what is being read is in memory as well, and in no budget. */
const READS_AT_ONCE = 4
/** Answers that nobody asked for in this time are forgotten within twice the time, in milliseconds: a crowd comes at once. */
const ANSWERS_STAY_MS = 1_000
/**
 * A snapshot that nobody asked for in this time is let go within twice the time, in milliseconds, and so is the set in
 * which deletions were looked up. Whoever comes later waits half a millisecond for it to be read; kept, the two would
 * be most of what an open document takes.
 */
const SNAPSHOTS_STAY_MS = 2_000

export class Snapshots {
  readonly #options: SnapshotsOptions
  readonly #inTurn = makeTurns(READS_AT_ONCE)
  /** Bytes that each keeps, in the order in which they were asked last. */
  readonly #held = new Map<Holder, number>()
  #bytes = 0
  /** Who answered since the last look, and who before it. */
  #answered = new Set<Holder>()
  #answeredBefore = new Set<Holder>()
  #cancelLook: (() => void) | undefined
  /** Who was asked since the last round, and who before it. */
  #asked = new Set<Holder>()
  #askedBefore = new Set<Holder>()
  /** What is kept beside the budget, as long as it is used. */
  readonly #lookups = new Set<Lookup>()
  #cancelRound: (() => void) | undefined

  constructor(options: SnapshotsOptions) {
    this.#options = options
  }

  /** Bytes that are kept now. */
  get bytes(): number {
    return this.#bytes
  }

  /** This one was asked for its snapshot: it is the last to let go. May make it let go at once. */
  asked(holder: Holder): void {
    const before = this.#held.get(holder) ?? 0
    this.#held.delete(holder)
    this.#count(holder, before)
    this.#asked.add(holder)
    this.#startRound()
  }

  /** This is kept beside the budget, as long as it is used. */
  keeps(lookup: Lookup): void {
    this.#lookups.add(lookup)
    this.#startRound()
  }

  /** This one keeps more or less than before. May make it let go at once. */
  changed(holder: Holder): void {
    this.#count(holder, this.#held.get(holder) ?? 0)
  }

  /** This one keeps an answer for the next who asks the same: for a while only. */
  answered(holder: Holder): void {
    this.#answered.add(holder)
    this.#cancelLook ??= this.#options.clock.after(ANSWERS_STAY_MS, () => this.#look())
  }

  /** This one keeps nothing any more. */
  forget(holder: Holder): void {
    this.#bytes -= this.#held.get(holder) ?? 0
    this.#held.delete(holder)
    for (const holders of [this.#answered, this.#answeredBefore, this.#asked, this.#askedBefore]) holders.delete(holder)
  }

  /** @returns the snapshot as storage has it now. @throws what storage throws */
  read(name: string): Promise<StoredDocument['snapshot']> {
    return this.#inTurn(async () => (await this.#options.storage.load(name))?.snapshot)
  }

  /** Lets go of the timers. */
  close(): void {
    this.#cancelLook?.()
    this.#cancelLook = undefined
    this.#cancelRound?.()
    this.#cancelRound = undefined
  }

  #count(holder: Holder, before: number): void {
    const bytes = holder.keptBytes
    if (bytes > 0) this.#held.set(holder, bytes)
    else this.#held.delete(holder)
    this.#bytes += bytes - before
    for (const [oldest, kept] of this.#held) {
      if (this.#bytes <= this.#options.snapshotCacheBytes) break
      oldest.letGo()
      this.#held.delete(oldest)
      this.#bytes -= kept
    }
  }

  #startRound(): void {
    this.#cancelRound ??= this.#options.clock.after(SNAPSHOTS_STAY_MS, () => this.#round())
  }

  #round(): void {
    this.#cancelRound = undefined
    for (const lookup of this.#lookups) if (lookup.forgetUnasked()) this.#lookups.delete(lookup)
    for (const holder of this.#askedBefore) {
      if (this.#asked.has(holder)) continue
      holder.letGo()
      this.changed(holder)
    }
    this.#askedBefore = this.#asked
    this.#asked = new Set()
    if (this.#askedBefore.size > 0 || this.#lookups.size > 0) this.#startRound()
  }

  #look(): void {
    this.#cancelLook = undefined
    for (const holder of this.#answeredBefore) {
      if (this.#answered.has(holder)) continue
      holder.forgetAnswers()
      this.changed(holder)
    }
    this.#answeredBefore = this.#answered
    this.#answered = new Set()
    if (this.#answeredBefore.size > 0) this.#cancelLook = this.#options.clock.after(ANSWERS_STAY_MS, () => this.#look())
  }
}
