/**
 * The conversation "is it saved?" over one connection after another.
 *
 * Owns: when to ask, and what an answer is worth.
 * Does not own: what was typed and what becomes of it when it is saved (unsaved-ledger.ts).
 * Always holds:
 *  - nothing is asked on a connection before our answer to the server's step 1 went out: only from
 *    then on has the server been sent everything that came before the question;
 *  - a step 1 that comes later says that the server lacks something: answers to what was asked
 *    before it count for nothing, and the question is put again behind the new answer;
 *  - a number is never used twice, so an answer can only mean the question it answers.
 */
import { encodeSavedQuestion } from './saved-frames.js'

/** How long to wait for one answer before the next question, in milliseconds; its answer asks at once. */
const PATIENCE_MS = 1_000

export interface SavedQuestionsOptions {
  /** Sends a frame if the connection is open. @returns whether it went out. */
  send(frame: Uint8Array): boolean
  /** The number of the newest local change. */
  newest(): number
  /** Everything up to this number is on the server's disk. */
  acknowledged(through: number): void
}

export class SavedQuestions {
  readonly #options: SavedQuestionsOptions
  /** Asked on this connection and not answered, in order. */
  readonly #open = new Map<number, number>()
  #last = 0
  #askedAt = 0
  /** Confirmed by the server, on whichever connection. */
  #confirmed = 0
  #mayAsk = false
  #answersHere = false
  #queued = false

  constructor(options: SavedQuestionsOptions) {
    this.#options = options
  }

  /** Whether the server has answered such a question on this connection: one that does not know them never will. */
  get answersHere(): boolean {
    return this.#answersHere
  }

  /** The connection is gone, and with it what was asked. */
  disconnected(): void {
    this.#open.clear()
    this.#mayAsk = false
    this.#answersHere = false
  }

  /** The server asked for what it lacks; `exchanged` follows when the answer is out. */
  lacking(): void {
    this.#open.clear()
    this.#mayAsk = false
  }

  /** Our answer to the server's step 1 went out. */
  exchanged(): void {
    this.#mayAsk = true
    this.#send()
  }

  /** There is something new to ask about. However often this is called in one task, it asks once, at its end. */
  askSoon(): void {
    if (this.#queued) return
    this.#queued = true
    queueMicrotask(() => {
      this.#queued = false
      this.askIfDue()
    })
  }

  /** Asks if something is unconfirmed and no answer is expected any moment. */
  askIfDue(): void {
    const isNews = this.#options.newest() > this.#confirmed
    if (isNews && this.#mayAsk && !this.#isWaiting()) this.#send()
  }

  /** Asks whatever is open already. @returns whether a question went out. */
  askNow(): boolean {
    return this.#mayAsk && this.#send()
  }

  answered(question: number): void {
    const through = this.#open.get(question)
    if (through === undefined) return
    this.#answersHere = true
    // The server answers in order; a later answer covers what was asked before.
    for (const number of this.#open.keys()) if (number <= question) this.#open.delete(number)
    this.#confirmed = Math.max(this.#confirmed, through)
    this.#options.acknowledged(through)
    this.askIfDue()
  }

  #isWaiting(): boolean {
    return this.#open.size > 0 && performance.now() - this.#askedAt < PATIENCE_MS
  }

  #send(): boolean {
    const number = this.#last + 1
    if (!this.#options.send(encodeSavedQuestion(number))) return false
    this.#last = number
    this.#askedAt = performance.now()
    this.#open.set(number, this.#options.newest())
    return true
  }
}
