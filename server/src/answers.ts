/**
 * What a room answers to those who come, made once for all who ask the same.
 *
 * Owns: encoded answers until they are out of date, and having the snapshot in memory when an answer needs it.
 * Does not own: the bytes of the document (document-state.ts), the budget (snapshots.ts), when answers are
 * sent (outbox.ts).
 * Always holds:
 *  - an answer tells everything committed at the moment at which it is made;
 *  - the snapshot is read again once for all who wait, and stays until each of them has had its answer.
 */
import { type Snapshot, StorageError } from '@cowrite/persistence'
import { encodeStateVector, type StateVector } from '@cowrite/protocol'
import type { Codec } from './codec.js'
import type { DocumentState } from './document-state.js'
import type { Presence } from './presence.js'
import { Refused } from './refusal.js'
import type { Holder, Snapshots } from './snapshots.js'

/** Messages for one client; the same array for all who get the same, so that a transport frames it once. */
export type Messages = readonly Uint8Array[]

export interface AnswersOptions {
  readonly name: string
  readonly state: DocumentState
  readonly presence: Pick<Presence, 'everybody'>
  readonly snapshots: Snapshots
  /** Storage has an older snapshot than the one that was let go, or none: memory is not what storage has. */
  readonly onSnapshotLost: () => void
}

/**
 * An answer that many may ask for, kept from the second who asks on: most documents are opened by one alone, and
 * a copy of each would be memory that the process never gives back.
 */
type Shared = Messages | 'asked once' | undefined

/** Answers in one dialect to one version of the document. */
interface SharedAnswers {
  readonly version: number
  /** By what the asker has, see `#shareOf`. */
  readonly made: Map<string, Shared>
}

/** Different answers kept at once: who comes back after an outage has what all had, but for those who were away longer. */
const MAX_SHARED = 8
/** Peers who know of more clients than this are answered alone: comparing what they have would cost more than it saves. */
const MAX_SHARED_CLIENTS = 1_000

interface Welcome {
  readonly vector: Uint8Array
  readonly everybody: Uint8Array | undefined
  readonly messages: Messages
}

export class Answers implements Holder {
  readonly #options: AnswersOptions
  readonly #step2s = new Map<Codec, SharedAnswers>()
  readonly #welcomes = new Map<Codec, Welcome>()
  /** Who waits while the snapshot is read. */
  #waiting: ((error?: unknown) => void)[] | undefined
  #serving = false
  #closed = false

  constructor(options: AnswersOptions) {
    this.#options = options
    options.snapshots.asked(this)
  }

  /** What everybody is sent on joining: the room's step 1, and who is here. */
  welcome(codec: Codec): Messages {
    const { state, presence } = this.#options
    const vector = state.acceptedVector()
    const everybody = presence.everybody()
    const made = this.#welcomes.get(codec)
    // Both are the same bytes until they change.
    if (made?.vector === vector && made.everybody === everybody) return made.messages
    const messages = [codec.step1(vector), ...(everybody ? [codec.awareness(everybody)] : [])]
    this.#welcomes.set(codec, { vector, everybody, messages })
    this.#options.snapshots.answered(this)
    this.#count(false)
    return messages
  }

  /**
   * Reads the snapshot where an answer to this state vector needs it and it was let go.
   * @param ready called once when it is there, or with the reason why not; never before this returns
   * @returns whether that is so; otherwise nothing is called
   */
  fetch(peer: StateVector, ready: (error?: unknown) => void): boolean {
    if (!this.#options.state.needsSnapshot(peer)) return false
    if (this.#waiting) {
      this.#waiting.push(ready)
    } else {
      this.#waiting = [ready]
      void this.#readFor(this.#waiting)
    }
    return true
  }

  /** The step 2 for this peer. `fetch` comes first. */
  step2(codec: Codec, peer: StateVector): Messages {
    return this.#shared(codec, peer, 'step2')
  }

  /** Everything committed since this peer was at this state, as an update. `fetch` comes first. */
  news(codec: Codec, peer: StateVector): Messages {
    return this.#shared(codec, peer, 'update')
  }

  #shared(codec: Codec, peer: StateVector, kind: 'step2' | 'update'): Messages {
    const { state, snapshots } = this.#options
    const share = this.#shareOf(peer, kind)
    const shared = share === undefined ? undefined : this.#sharedOf(codec)
    const kept = share === undefined ? undefined : shared?.made.get(share)
    const messages = typeof kept === 'object' ? kept : [codec[kind](state.diff(peer))]
    if (share !== undefined && shared && (kept || shared.made.size < MAX_SHARED)) {
      shared.made.set(share, kept === undefined ? 'asked once' : messages)
      snapshots.answered(this)
    }
    this.#count(state.usesSnapshot(peer))
    return messages
  }

  /** A snapshot was written. */
  compacted(snapshot: Snapshot, through: number): void {
    const { state } = this.#options
    const mayGo = state.hasLetGo && !this.#waiting
    state.compacted(snapshot, through)
    // Nobody has asked for the one before for long.
    if (mayGo) this.letGo()
    else if (this.#waiting) this.#serve()
    this.#count(false)
  }

  get keptBytes(): number {
    let bytes = this.#options.state.keptBytes
    for (const { made } of this.#step2s.values()) for (const messages of made.values()) bytes += lengthOf(messages)
    for (const { messages } of this.#welcomes.values()) bytes += lengthOf(messages)
    return bytes
  }

  letGo(): void {
    this.forgetAnswers()
    this.#options.state.letGo()
  }

  forgetAnswers(): void {
    this.#step2s.clear()
    this.#welcomes.clear()
  }

  /** The room is closed: nothing of it counts any more. */
  close(): void {
    this.#closed = true
    this.#options.snapshots.forget(this)
  }

  /** The same for all who get the same answer; undefined when it is not worth finding out. */
  #shareOf(peer: StateVector, kind: string): string | undefined {
    if (peer.size === 0) return `${kind} whole`
    if (this.#options.state.isCoveredBy(peer)) return `${kind} nothing`
    return peer.size > MAX_SHARED_CLIENTS ? undefined : kind + Buffer.from(encodeStateVector(peer)).toString('latin1')
  }

  #sharedOf(codec: Codec): SharedAnswers {
    const { version } = this.#options.state
    const shared = this.#step2s.get(codec)
    if (shared?.version === version) return shared
    const fresh = { version, made: new Map<string, Shared>() }
    this.#step2s.set(codec, fresh)
    return fresh
  }

  async #readFor(waiting: unknown): Promise<void> {
    const { name, state, snapshots, onSnapshotLost } = this.#options
    // A compaction may have served them. What was read before it is out of date for whoever waits since.
    const isOver = (): boolean => this.#closed || this.#waiting !== waiting
    try {
      const snapshot = await snapshots.read(name)
      if (isOver()) return
      if (!state.restore(snapshot)) return onSnapshotLost()
      this.#serve()
    } catch (error) {
      if (isOver()) return
      const isRemoved = error instanceof StorageError && error.code === 'removed'
      const detail = `reading the snapshot failed: ${error instanceof Error ? error.message : String(error)}`
      this.#serve(new Refused(isRemoved ? 'deleted' : 'storage-down', detail))
    }
  }

  #serve(error?: unknown): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    // Until the last has its answer nothing is counted, and so nothing is let go.
    this.#serving = true
    for (const ready of waiting) ready(error)
    this.#serving = false
    this.#count(error === undefined)
  }

  #count(asked: boolean): void {
    if (this.#closed || this.#serving) return
    if (asked) this.#options.snapshots.asked(this)
    else this.#options.snapshots.changed(this)
  }
}

/** Bytes of these messages. */
const lengthOf = (messages: Shared): number =>
  typeof messages === 'object' ? messages.reduce((sum, { length }) => sum + length, 0) : 0
