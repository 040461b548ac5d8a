/**
 * Somebody who types characters that nobody ever typed before, here and there, and deletes some.
 *
 * Owns: what is typed and how fast, and telling the ledger what was sent, saved and seen.
 * Does not own: the protocol (typist.ts), judging what came back (ledger.ts).
 * Always holds: an edit counts as saved once a question asked after it was answered, and as seen once
 * another client applied it; typing goes as fast as the server answers, with a few edits on their way.
 */
import * as prng from 'lib0/prng'
import type * as Y from 'yjs'
import type { Ledger } from './ledger.js'
import type { ServerProcess } from './server-process.js'
import { Typist } from './typist.js'

/** Chance that an edit deletes, and that an edit is followed by the question whether it is saved. */
const DELETES = 0.2
const ASKS = 0.5
/** Edits on their way without an answer, at most. */
const MAX_IN_FLIGHT = 4

interface Edits {
  readonly insertions: string[]
  readonly deletions: string[]
}

export class UniqueTyping {
  readonly #ledger: Ledger
  readonly #random: prng.PRNG
  readonly #typist: Typist
  readonly #text: Y.Text
  /** Edits sent before each question that waits for its answer. */
  readonly #asked = new Map<number, Edits>()
  #sinceQuestion: Edits = { insertions: [], deletions: [] }
  #inFlight = 0
  #ended = false

  /** @param onSaved called with each answer of the server */
  constructor(server: ServerProcess, ledger: Ledger, random: prng.PRNG, onSaved: () => void) {
    this.#ledger = ledger
    this.#random = random
    this.#typist = new Typist(server, ledger.document, {
      onSaved: (question) => {
        this.#answered(question)
        onSaved()
        this.#typeOn()
      },
      onUpdate: () => this.#typeOn(),
    })
    this.#text = this.#typist.doc.getText()
    this.#text.observe((event) => {
      if (!event.transaction.local) this.#saw(event)
    })
  }

  /** Starts typing once the document is there. */
  async begin(): Promise<void> {
    await this.#typist.synced
    this.#typeOn()
  }

  /** Resolves when the connection is over and everything that had arrived was counted. */
  async end(): Promise<void> {
    await this.#typist.closed
    this.#ended = true
    this.#typist.drop()
  }

  #typeOn(): void {
    while (!this.#ended && this.#inFlight < MAX_IN_FLIGHT) {
      this.#edit()
      this.#inFlight++
      // The last edit that may go without an answer is always followed by a question, or typing would end.
      if (this.#inFlight === MAX_IN_FLIGHT || prng.real53(this.#random) < ASKS) this.#ask()
    }
  }

  #edit(): void {
    const { length } = this.#text
    if (length > 0 && prng.real53(this.#random) < DELETES) {
      const at = prng.int32(this.#random, 0, length - 1)
      const character = this.#text.toString().charAt(at)
      this.#ledger.deletionSent(character)
      this.#sinceQuestion.deletions.push(character)
      this.#text.delete(at, 1)
      return
    }
    const character = this.#ledger.newCharacter()
    this.#ledger.insertionSent(character)
    this.#sinceQuestion.insertions.push(character)
    this.#text.insert(prng.int32(this.#random, 0, length), character)
  }

  #ask(): void {
    this.#asked.set(this.#typist.ask(), this.#sinceQuestion)
    this.#sinceQuestion = { insertions: [], deletions: [] }
  }

  #answered(question: number): void {
    const edits = this.#asked.get(question)
    if (!edits) throw new Error(`an answer to a question that was not asked: ${question}`)
    this.#asked.delete(question)
    this.#inFlight -= edits.insertions.length + edits.deletions.length
    this.#ledger.wereSaved(edits.insertions, edits.deletions)
  }

  #saw(event: Y.YTextEvent): void {
    const inserted = event.changes.delta.flatMap(({ insert }) => (typeof insert === 'string' ? [...insert] : []))
    const deleted = [...event.changes.deleted].flatMap((item) => item.content.getContent() as string[])
    this.#ledger.wereSeen(inserted, deleted)
  }
}
