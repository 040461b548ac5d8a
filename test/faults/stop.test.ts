/**
 * SIGTERM under load: two thousand open documents, everybody typing.
 *
 * Proves OP1 on the real process. A deploy does this to every user at once: they must come back over a
 * second rather than all together, and find what they were told is saved.
 */
import { expect, it, onTestFinished } from 'vitest'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { Typist } from '../support/typist.js'

const DOCUMENTS = 2_000
/** Connections that are being opened at any time. */
const OPENING = 100
const READ_BACK = 100

/** Somebody who types one character after the other, each when the one before came back. */
class Writer {
  readonly document: string
  readonly typist: Typist
  typed = 0
  /** Characters that the server said are saved, and that it has sent to everybody. */
  saved = 0
  echoed = 0

  constructor(server: ServerProcess, index: number) {
    this.document = `stop/${index}`
    this.typist = new Typist(server, this.document, {
      onSaved: (question) => {
        this.saved = question
        this.#type()
      },
      onUpdate: () => (this.echoed = this.saved),
    })
  }

  async begin(): Promise<void> {
    await this.typist.synced
    this.#type()
  }

  #type(): void {
    this.typist.doc.getText().insert(this.typed++, 'x')
    this.typist.ask()
  }
}

/** Does this for every item, so many at a time. */
async function forAll<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
