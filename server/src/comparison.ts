/**
 * Whether a client still has everything that it was sent, where it cannot find out by itself: a stock client.
 *
 * Owns: asking it now and then with a step 1, and what its answer shows.
 * Does not own: sending what it lacks (conversation.ts), what the room lacks (contributions.ts).
 * Always holds:
 *  - an answer is held against what was sent before the question, so that nothing on its way counts as lost;
 *  - asking, answering and healing take at most `BYTES_PER_MS` of a connection, also where nothing helps.
 *
 * A stock client tells its state vector at connecting only. But it answers a step 1 with what it has beyond that
 * and with all that it knows to be deleted. The question therefore carries what it was proven to have before: the
 * answer must begin there and reach what was committed since, without a hole. (What Yjs keeps aside because something
 * before it is missing it sends as well: the hole shows it.) The first question asks for the last clock that each client
 * had when this one joined: nothing that it may have kept aside is as old as that.
 */
import { type ClockRange, Digest, inspectUpdate, isSameDeletion, type StateVector } from '@cowrite/protocol'
import { Awaited } from './awaited.js'
import type { Clock } from './clock.js'
import type { Codec } from './codec.js'
import type { DocumentState } from './document-state.js'
import { lastClocksOf, type Mark, type Marks, type Point } from './marks.js'
import type { Outbox } from './outbox.js'

/** Pause between two questions while the document changes, and before the first, in milliseconds. */
const PAUSE_MS = 5_000
/** The pause when nothing has changed since the last question, in milliseconds: what the client did last may be lost itself. */
const CALM_PAUSE_MS = 10_000
/** The pause when nothing had changed before the last question either, and the longest of all, in milliseconds. */
const MAX_PAUSE_MS = 60_000
/** Times that a client was sent what it lacks, and lacks something still, after which it is asked less and less often. */
const PATIENT_HEALINGS = 4
/** Time for an answer before it may be lost, in milliseconds. */
const PATIENCE_MS = 3_000
/** Bytes of question and answer per millisecond, on average. */
const BYTES_PER_MS = 2

export interface ComparisonOptions {
  readonly codec: Codec
  /** What was committed when the client joined. */
  readonly joined: Point
  readonly clock: Clock
  /** Once it is even, everything committed is in the client's next answer. */
  readonly outbox: Pick<Outbox, 'isEven' | 'send'>
  readonly ping: () => void
}

interface Question {
  /** What the client must have. */
  readonly mark: Mark
  readonly messages: readonly Uint8Array[]
  readonly awaited: Awaited
  /** How often it was put. */
  times: number
  /** Answers to earlier questions that may come first. */
  stale: number
}

export class Comparison {
  readonly #options: ComparisonOptions
  /** What the client was proven to have. */
  #proven: Point | undefined
  #open: Question | undefined
  /** Step 1s of any kind whose answers may be on their way. */
  #unanswered = 0
  #askedAt: number
  #pauseMs = PAUSE_MS
  /** Bytes that the last question brought about. */
  #bytes = 0
  /** How often in a row the client lacked something. */
  #healings = 0
  /** Whether the client did something since the last question. */
  #stirred = false
  #askedSequence: number

  constructor(options: ComparisonOptions) {
    this.#options = options
    this.#askedAt = options.clock.now()
    this.#askedSequence = options.joined.sequence
  }

  /** The client changes the document, or moves in it: should the change itself be lost, it is found soon. */
  stirred(): void {
    this.#stirred = true
  }

  /** Whether the client is asked what it has. */
  get isAsking(): boolean {
    return this.#open !== undefined
  }

  /** The client was asked with a step 1 for what the room lacks: what was asked before is not waited for any more. */
  asked(): void {
    this.#unanswered++
    this.#open = undefined
  }

  /**
   * Asks where it is time to. To be called every few seconds.
   * @param mustSend whether something has to be sent anyway: where nothing changes, a question takes its place
   * @returns whether there is nothing to ask until something is sent or heard, or has to be sent
   */
  look(state: DocumentState, marks: Marks, lastHeard: number, mustSend: boolean): boolean {
    const now = this.#options.clock.now()
    if (!this.#options.outbox.isEven) return false
    if (this.#open) {
      this.#lookForAnswer(this.#open, now, lastHeard)
      return false
    }
    const changes = this.#stirred || state.sequence !== this.#askedSequence
    if (changes) this.#pauseMs = Math.min(PAUSE_MS * 2 ** Math.max(0, this.#healings - PATIENT_HEALINGS), MAX_PAUSE_MS)
    else if (this.#proven && !mustSend) return true
    // An answer holds everything beyond what the client was proven to have: after a paste of megabytes it waits.
    const bytes = Math.max(this.#bytes, state.committedBytes - (this.#proven ?? this.#options.joined).bytes)
    if (now - this.#askedAt < Math.max(this.#pauseMs, bytes / BYTES_PER_MS)) return !changes && this.#proven !== undefined
    this.#pauseMs = changes ? Math.max(this.#pauseMs, CALM_PAUSE_MS) : MAX_PAUSE_MS
    this.#stirred = false
    this.#options.outbox.send(this.#question(marks))
    return false
  }

  #lookForAnswer(question: Question, now: number, lastHeard: number): void {
    const what = question.awaited.look(now, lastHeard)
    if (what === 'ping') this.#options.ping()
    if (what !== 'ask again') return
    question.times++
    this.#unanswered++
    this.#options.outbox.send(question.messages)
  }

  #question(marks: Marks): readonly Uint8Array[] {
    const { codec, joined, clock } = this.#options
    const mark = marks.mark()
    const messages = this.#proven ? marks.question(codec, this.#proven) : marks.firstQuestion(codec, joined)
    this.#askedAt = clock.now()
    this.#askedSequence = mark.sequence
    this.#open = { mark, messages, awaited: new Awaited(this.#askedAt, PATIENCE_MS), times: 1, stale: this.#unanswered++ }
    return messages
  }

  /**
   * The client answered a step 1.
   * @returns what it certainly has, if it lacks something; undefined when it has everything or no question was open
   * @throws MalformedError
   */
  answered(state: DocumentState, update: Uint8Array): StateVector | undefined {
    const question = this.#open
    this.#unanswered = Math.max(0, this.#unanswered - 1)
    if (!question) return undefined
    this.#bytes = update.length + question.messages.reduce((sum, { length }) => sum + length, 0)
    const { mark } = question
    const { structs, deletions, incomplete } = inspectUpdate(update)
    const held = this.#heldOf(mark, incomplete ? [] : structs)
    const isComplete = held.complete && !this.#lacksDeletions(state, mark, deletions)
    if (!isComplete && question.stale > 0) {
      // It may be the answer to an earlier one. If it is not, the question will be put again.
      question.stale--
      return undefined
    }
    this.#open = undefined
    this.#unanswered = Math.min(this.#unanswered, question.times - 1)
    if (isComplete) {
      this.#proven = mark
      this.#healings = 0
      return undefined
    }
    // It is sent all deletions, and where nothing was proven maybe the whole document.
    this.#bytes += update.length + (this.#proven ? 0 : state.snapshotBytes + state.tailBytes)
    this.#healings++
    // Whether that arrives is to be seen soon.
    this.#stirred = true
    return held.vector
  }

  /** What a client that answers with these structs certainly has of the mark, and whether that is all of it. */
  #heldOf(mark: Mark, structs: readonly ClockRange[]): { vector: StateVector; complete: boolean } {
    const asked = this.#proven?.vector ?? lastClocksOf(this.#options.joined.vector)
    const told = new Map(structs.map((block) => [block.client, block]))
    const vector: StateVector = new Map()
    let complete = true
    for (const [client, end] of mark.vector) {
      const from = asked.get(client) ?? 0
      const block = told.get(client)
      if (from >= end || (block && block.clock <= from && block.end >= end)) {
        vector.set(client, end)
        continue
      }
      complete = false
      const proven = this.#proven?.vector.get(client)
      if (proven) vector.set(client, proven)
    }
    return { vector, complete }
  }

  #lacksDeletions(state: DocumentState, mark: Mark, deletions: readonly ClockRange[]): boolean {
    // Equal sums are the usual case, and quick; the client's own latest deletions make them differ.
    return !isSameDeletion(Digest.of([], deletions).bytes(), mark.digest) && state.lacksDeletions(deletions, mark.sequence)
  }
}
