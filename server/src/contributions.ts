/**
 * What one connection brings: its updates, and its questions whether they are saved.
 *
 * Owns: what becomes of an update that is not taken in: because something before it is missing (a gap),
 * because it is not this connection's to bring, or because its user may only read, or the document is full.
 * Does not own: the document and what is new to it (room.ts), messages and their order (connection.ts).
 * Always holds:
 *  - "saved" is not answered while the client knows something that the room did not take in;
 *  - nothing is dropped in silence: the client is asked for it again, or told that it may not;
 *  - who may only read may still say what is known already, as every client does with its first step 2.
 */
import { MalformedError } from '@cowrite/protocol'
import type { ToldAccess } from './access/told-access.js'
import { Awaited } from './awaited.js'
import type { Clock } from './clock.js'
import type { Log } from './log.js'
import type { Outbox } from './outbox.js'
import { Refused } from './refusal.js'
import type { Member, Room } from './room.js'

export interface ContributionsOptions {
  readonly room: Room
  readonly member: Member
  readonly outbox: Pick<Outbox, 'answer'>
  readonly access: Pick<ToldAccess, 'mayWrite' | 'tellDenied'>
  readonly clock: Clock
  readonly log: Log
  /** Of the connection, for the log. */
  readonly id: string
  /** The client was sent a step 1. */
  readonly onAsked: () => void
  /** Asks for a sign of life. */
  readonly ping: () => void
}

/** Time for an answer to a step 1 before it may be lost, in milliseconds. */
const PATIENCE_MS = 6_000
/** How often a client is asked for what fills a gap before it is clear that it cannot. */
const MAX_GAP_QUESTIONS = 3
/**
 * How often it is asked again for what it brings under the id of somebody who is here: by then that one's own
 * connection has brought it, or was found dead and dropped.
 */
const MAX_FOREIGN_QUESTIONS = 5
/** The pause before the first of these questions, in milliseconds; each next one is twice as long. */
const FOREIGN_PAUSE_MS = 1_000
/** A client that goes on and on is told once in this time, in milliseconds, that it may only read. */
const TELL_DENIED_MS = 1_000

/** Questions "is it saved?" that may wait at once; of more the oldest are forgotten. */
const MAX_UNSAVED_QUESTIONS = 1_000

/** The client knows something that the room did not take in. */
interface Open {
  gapQuestions: number
  foreignQuestions: number
  /** Asked, and not answered yet. */
  waiting: boolean
  /** Questions "is it saved?" that cannot be answered yet. */
  readonly unsaved: Uint8Array[]
}

export class Contributions {
  readonly #options: ContributionsOptions
  #open: Open | undefined
  #cancelQuestion: (() => void) | undefined
  /** The answer to the last step 1, the room's first one to begin with. */
  #awaited: Awaited | undefined
  #toldDeniedAt = -Infinity

  constructor(options: ContributionsOptions) {
    this.#options = options
    this.#asked()
  }

  /** Whether a step 1 is not answered yet. */
  get isAsking(): boolean {
    return this.#awaited !== undefined
  }

  /**
   * Puts a question again whose answer must have been lost. To be called every few seconds.
   * @param lastHeard when anything last came from the client, in milliseconds by the clock
   */
  look(lastHeard: number): void {
    const { clock, ping } = this.#options
    const what = this.#awaited?.look(clock.now(), lastHeard)
    if (what === 'ping') ping()
    if (what !== 'ask again') return
    this.#options.onAsked()
    this.#sendStep1()
  }

  /** @throws MalformedError, Refused */
  take(update: Uint8Array, type: 'step2' | 'update'): void {
    const { room, member, access } = this.#options
    // Updates typed before our question arrived show the same gap again; only its answer counts.
    if (type === 'step2') this.#answered()
    if (!access.mayWrite) return this.#takeFromReader(update, type)
    const verdict = room.accept(update, member.author, { member, isLive: type === 'update' })
    if (verdict === 'gap') this.#askOfGap()
    else if (verdict === 'foreign') this.#askOfForeign()
    else if (verdict === 'full') this.#deny('document-full')
    // Only a whole answer shows that nothing is missing any more: a live update may lie beside the gap.
    else if (type === 'step2') this.#settle()
  }

  #takeFromReader(update: Uint8Array, type: 'step2' | 'update'): void {
    const { room } = this.#options
    const { verdict } = room.state.judge(update)
    if (verdict === 'former') throw new Refused('outdated', 'brings content of a former lineage')
    if (verdict === 'nothing') {
      if (type === 'step2') this.#settle()
      return
    }
    this.#deny('read-only')
  }

  /** The client knows something that is not taken in, and is told why. */
  #deny(code: 'read-only' | 'document-full'): void {
    const { clock, access } = this.#options
    this.#opened()
    if (clock.now() - this.#toldDeniedAt < TELL_DENIED_MS) return
    this.#toldDeniedAt = clock.now()
    access.tellDenied(code)
  }

  /** A question "is it saved?". */
  ask(payload: Uint8Array): void {
    if (!this.#open) return this.#answerSaved(payload)
    const { unsaved } = this.#open
    unsaved.push(payload)
    // Who may only read may wait for ever. The answer to a later question says all that the earlier one would.
    if (unsaved.length > MAX_UNSAVED_QUESTIONS) unsaved.shift()
  }

  /** The client may write from now on: what was refused until now may come. */
  allowed(): void {
    if (!this.#open) return
    this.#open.waiting = true
    this.askForMissing()
  }

  close(): void {
    this.#cancelQuestion?.()
    this.#open = undefined
    this.#awaited = undefined
  }

  #answered(): void {
    this.#awaited = undefined
    if (this.#open) this.#open.waiting = false
  }

  #opened(): Open {
    return (this.#open ??= { gapQuestions: 0, foreignQuestions: 0, waiting: false, unsaved: [] })
  }

  #askOfGap(): void {
    const open = this.#opened()
    if (open.waiting) return
    if (open.gapQuestions === MAX_GAP_QUESTIONS) throw new MalformedError('refers to what it cannot supply')
    open.gapQuestions++
    open.waiting = true
    this.#options.log.debug({ room: this.#options.room.name, connection: this.#options.id, asked: open.gapQuestions }, 'update with a gap')
    this.askForMissing()
  }

  #askOfForeign(): void {
    const open = this.#opened()
    if (open.waiting) return
    if (open.foreignQuestions === MAX_FOREIGN_QUESTIONS) throw new Refused('not-yours', 'writes under the client id of somebody who is here')
    const pause = FOREIGN_PAUSE_MS * 2 ** open.foreignQuestions++
    open.waiting = true
    this.#cancelQuestion = this.#options.clock.after(pause, () => this.askForMissing())
  }

  /** Asks the client, with the room's step 1, for all that is missing here. */
  askForMissing(): void {
    this.#asked()
    this.#sendStep1()
  }

  #asked(): void {
    this.#awaited = new Awaited(this.#options.clock.now(), PATIENCE_MS)
    this.#options.onAsked()
  }

  #sendStep1(): void {
    const { room, member, outbox } = this.#options
    outbox.answer({ make: () => [member.codec.step1(room.state.acceptedVector())] })
  }

  #answerSaved(payload: Uint8Array): void {
    const { room, member, outbox } = this.#options
    // What never will be saved ends the connection; there is nothing to answer then.
    room.whenSaved((error) => error ?? outbox.answer({ make: () => [member.codec.saved(payload)] }))
  }

  #settle(): void {
    const unsaved = this.#open?.unsaved ?? []
    this.#open = undefined
    for (const payload of unsaved) this.#answerSaved(payload)
  }
}
