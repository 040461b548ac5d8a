/**
 * The heartbeat of durability: one group append for all rooms, one in flight.
 *
 * Owns: when rooms' accepted updates are written, retrying in order while storage fails, and knowing
 * how much is unsaved.
 * Does not own: what an update means (document-state.ts), who is told (room.ts).
 * Always holds:
 *  - a room hears `committed` only after `Storage.append` resolved, and in the order of acceptance;
 *  - while one append is in flight the next updates gather, so the group grows with the load by itself;
 *  - a failed append is tried again with the same updates, before anything newer of the same rooms.
 */
import type { LogEntry, Storage } from '@cowrite/persistence'
import type { Clock } from './clock.js'
import { type Committed, type CommittingRoom, type Group, withoutGone } from './commit-group.js'
import type { Unsaved } from './intake.js'
import type { Log } from './log.js'

/** Most updates in one append: bounds how long preparing the batch, and merging it for the clients, holds up the event loop. */
export const MAX_GROUP_ENTRIES = 512
/** Bytes of updates from which an append is complete: a batch is in memory three times over until it is written. */
const MAX_GROUP_BYTES = 4 * 1024 * 1024
/**
 * The next append comes no sooner than this many times what the last one took: a batch and its fsync cost the
 * same for one update as for twenty, so many busy rooms share them. A lone writer is slower than that anyway.
 */
const PACE = 8
/** An append is never held back longer than this, in milliseconds; while many rooms are busy, than the second of these. */
const MAX_PACE_MS = 8
const MAX_BUSY_PACE_MS = 24
/** So much longer for each further room that had something in the last append: with more of them there is more to gather. */
const GATHER_MS_PER_ROOM = 0.5
/** With so much waiting, in bytes, enough has been gathered. */
const GATHERED_BYTES = 128 * 1024
/** What memory holds around the bytes of one update that waits (measured: 830), counted with them. */
const UPDATE_OVERHEAD_BYTES = 850
const FIRST_RETRY_MS = 100
const MAX_RETRY_MS = 1_000

export interface CommitterOptions {
  readonly storage: Pick<Storage, 'append'>
  readonly clock: Clock
  readonly log: Log
  /** Unsaved bytes over all rooms, with what memory holds around them, at which `isFull` turns true. */
  readonly maxUnsavedBytes: number
  /** Called when more or less is unsaved than before, or saving began or ceased to fail. */
  readonly onUnsaved?: (committer: Unsaved) => void
}

const costOf = ({ update }: LogEntry): number => update.length + UPDATE_OVERHEAD_BYTES

export class Committer {
  readonly #options: CommitterOptions
  readonly #dirty = new Set<CommittingRoom>()
  #running = false
  /** Set while waiting for the next beat: when that is, and how to go on earlier. */
  #waiting: { until: number; proceed: () => void } | undefined
  #unsavedBytes = 0
  /** Milliseconds by the clock before which no append begins, and before which it begins only if enough has gathered. */
  #nextAppendAt = 0
  #gatherUntil = 0
  #failingSince: number | undefined
  #retryNow: (() => void) | undefined
  #idleWaiters: (() => void)[] = []
  #flushing = false
  /** What is being written now. */
  #writing: Group = []

  constructor(options: CommitterOptions) {
    this.#options = options
  }

  /** Milliseconds by the clock since when nothing could be written; undefined while writing works. */
  get failingSince(): number | undefined {
    return this.#failingSince
  }

  get unsavedBytes(): number {
    return this.#unsavedBytes
  }

  /** Whether so much is unsaved that nothing more may be accepted. */
  get isFull(): boolean {
    return this.#unsavedBytes >= this.#options.maxUnsavedBytes
  }

  /** Everything accepted that is not known to be on disk, each document's in order; what is being written may be there already. */
  unsavedEntries(): LogEntry[] {
    const waiting = [...this.#dirty].flatMap((room) => room.accepted)
    return [...this.#writing.flatMap(({ entries }) => entries), ...waiting]
  }

  /** A room accepted an update of this many bytes. */
  schedule(room: CommittingRoom, bytes: number): void {
    this.#unsavedBytes += bytes + UPDATE_OVERHEAD_BYTES
    this.#dirty.add(room)
    this.#options.onUnsaved?.(this)
    if (this.#waiting && this.#dueAt(room) < this.#waiting.until) this.#waiting.proceed()
    if (!this.#running) void this.#run()
  }

  /** Resolves when everything accepted before is on disk. Waits through failures; bound it by a deadline. */
  flush(): Promise<void> {
    if (!this.#running) return Promise.resolve()
    this.#flushing = true
    this.#waiting?.proceed()
    this.#retryNow?.()
    return new Promise((resolve) => this.#idleWaiters.push(resolve))
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#dirty.size > 0) {
      const group = this.#nextGroup()
      if (group.length === 0) await this.#untilNextBeat()
      else await this.#write(group)
    }
    this.#running = false
    this.#flushing = false
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }

  #dueAt(room: CommittingRoom): number {
    return Math.max(room.nextBeatAt, this.#unsavedBytes >= GATHERED_BYTES ? this.#nextAppendAt : this.#gatherUntil)
  }

  /** The accepted updates of all rooms whose beat is due. */
  #nextGroup(): Group {
    const now = this.#options.clock.now()
    const group: Group = []
    let room = MAX_GROUP_ENTRIES
    let bytes = MAX_GROUP_BYTES
    const unfinished: CommittingRoom[] = []
    for (const candidate of this.#dirty) {
      if (room === 0 || bytes <= 0) break
      if (this.#dueAt(candidate) > now && !this.#flushing) continue
      const entries = candidate.takeAccepted(room, bytes)
      this.#dirty.delete(candidate)
      if (candidate.accepted.length > 0) unfinished.push(candidate)
      if (entries.length > 0) group.push({ room: candidate, entries })
      room -= entries.length
      for (const { update } of entries) bytes -= update.length
    }
    // Behind all others, so that nobody waits for more than one append with a document into which somebody pours a book.
    for (const rest of unfinished) this.#dirty.add(rest)
    return group
  }

  #untilNextBeat(): Promise<void> {
    const { clock } = this.#options
    let earliest = Infinity
    for (const room of this.#dirty) earliest = Math.min(earliest, this.#dueAt(room))
    if (this.#dirty.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const proceed = (): void => {
        cancel()
        this.#waiting = undefined
        resolve()
      }
      const cancel = clock.after(Math.max(1, earliest - clock.now()), proceed)
      this.#waiting = { until: earliest, proceed }
    })
  }

  async #write(wanted: Group): Promise<void> {
    const { storage, log, clock } = this.#options
    let group = wanted
    let retryMs = FIRST_RETRY_MS
    while (group.length > 0) {
      this.#writing = group
      const entries = group.flatMap(({ entries }) => entries)
      try {
        const start = clock.now()
        const sequences = await storage.append(entries)
        const end = clock.now()
        const pace = Math.min(MAX_PACE_MS, PACE * (end - start))
        this.#nextAppendAt = end + pace
        this.#gatherUntil = end + Math.min(MAX_BUSY_PACE_MS, pace + GATHER_MS_PER_ROOM * (group.length - 1))
        if (this.#failingSince !== undefined) log.info({ outageMs: clock.now() - this.#failingSince }, 'saving works again')
        this.#failingSince = undefined
        this.#writing = []
        this.#tell(group, sequences)
        this.#options.onUnsaved?.(this)
        return
      } catch (error) {
        const rest = withoutGone(error, group)
        if (rest) {
          // One document that is gone must not hold up the others' saving: the append goes on without it.
          for (const { room, entries } of rest.gone) this.#drop(room, entries, rest.code)
          group = rest.group
          continue
        }
        this.#failingSince ??= clock.now()
        this.#options.onUnsaved?.(this)
        log.error({ err: error, rooms: group.length, unsavedBytes: this.#unsavedBytes, retryMs }, 'saving failed')
        await this.#untilRetry(retryMs)
        retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)
      }
    }
    this.#writing = []
    // All of it is gone: nothing waits to be saved any more.
    this.#failingSince = undefined
  }

  #drop(room: CommittingRoom, entries: readonly LogEntry[], code: 'removed' | 'conflict'): void {
    for (const entry of [...entries, ...room.takeAccepted(Infinity, Infinity)]) this.#unsavedBytes -= costOf(entry)
    room.gone(code)
  }

  #untilRetry(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const proceed = (): void => {
        cancel()
        this.#retryNow = undefined
        resolve()
      }
      const cancel = this.#options.clock.after(ms, proceed)
      this.#retryNow = proceed
    })
  }

  #tell(group: Group, sequences: readonly number[]): void {
    let next = 0
    for (const { room, entries } of group) {
      const updates = entries.map((entry): Committed => {
        this.#unsavedBytes -= costOf(entry)
        const sequence = sequences[next++]
        if (sequence === undefined) throw new Error('storage gave fewer sequences than entries')
        return { sequence, update: entry.update }
      })
      try {
        room.committed(updates)
      } catch (error) {
        // The updates are on disk; a fault in telling one room's clients must not stop the others' saving.
        this.#options.log.error({ err: error, room: room.name }, 'broadcast failed')
      }
    }
  }
}
