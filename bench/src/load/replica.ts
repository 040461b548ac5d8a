/**
 * What the clients of one document have, to answer for them when the server asks.
 *
 * Cowrite asks stock clients now and then, with a step 1, whether they still have everything. A client that said
 * "nothing" would be taken for one that lost all of it and be sent the document again, which no real client brings about.
 *
 * Owns: one copy for all clients of a document here: the first step 2, and everything that they sent since.
 * Does not own: when to answer (client.ts).
 * Always holds: until somebody asks, updates are only kept; until the copy changes, a question is answered with the same bytes.
 */
import * as Y from 'yjs'

export class Replica {
  readonly #copy = new Y.Doc({ gc: false })
  #pending: Uint8Array[] = []
  readonly #answers = new Map<string, Uint8Array>()
  /** Whether somebody already brings the document's content. */
  hasSource = false

  add(update: Uint8Array): void {
    this.#pending.push(update)
  }

  /** The step 2 of a client that has everything. */
  answer(stateVector: Uint8Array): Uint8Array {
    if (this.#pending.length > 0) {
      this.#copy.transact(() => this.#pending.forEach((update) => Y.applyUpdate(this.#copy, update)))
      this.#pending = []
      this.#answers.clear()
    }
    const question = Buffer.from(stateVector).toString('latin1')
    let answer = this.#answers.get(question)
    if (!answer) this.#answers.set(question, (answer = Y.encodeStateAsUpdate(this.#copy, stateVector)))
    return answer
  }
}

const replicas = new Map<string, Replica>()

/** The copy of a document of the server on this port. */
export function replicaOf(port: number, document: string): Replica {
  const key = `${port} ${document}`
  let replica = replicas.get(key)
  if (!replica) replicas.set(key, (replica = new Replica()))
  return replica
}
