/**
 * Content for a document that is empty: asked for once, taken from one.
 *
 * Owns: the questions that are open, over one connection after another.
 * Does not own: what the content is; it comes back from the server like any update.
 * Always holds: a seed is never put into the document here, so that one that was not taken is nowhere.
 */
import { encodeSeed } from '@cowrite/protocol'
import * as decoding from 'lib0/decoding'

interface Seed {
  readonly update: Uint8Array
  readonly resolve: (taken: boolean) => void
  readonly reject: (reason: Error) => void
}

export interface SeedsOptions {
  send(frame: Uint8Array): void
  /** Whether the document in this tab holds anything. */
  isEmpty(): boolean
  /** Whether the exchange of this connection is done. */
  isSynced(): boolean
  /** Whether the server knows seeds. */
  isSupported(): boolean
}

export class Seeds {
  readonly #options: SeedsOptions
  readonly #open = new Map<number, Seed>()
  #last = 0

  constructor(options: SeedsOptions) {
    this.#options = options
  }

  /**
   * @returns whether it was taken; false when the document was not empty. Either way what it holds is saved.
   * @throws Error when the server does not know seeds, or when there is no hope of an answer
   */
  ask(update: Uint8Array): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#open.set(++this.#last, { update, resolve, reject })
      if (this.#options.isSynced()) this.#settle(this.#last)
    })
  }

  /** The exchange of a connection is done: what is open is asked (again). */
  synced(): void {
    for (const question of [...this.#open.keys()]) this.#settle(question)
  }

  received(decoder: decoding.Decoder): void {
    try {
      const question = decoding.readVarUint(decoder)
      const taken = decoding.readUint8(decoder) === 1
      this.#open.get(question)?.resolve(taken)
      this.#open.delete(question)
    } catch {
      // No answer of ours.
    }
  }

  /** No answer will come. */
  fail(reason: Error): void {
    for (const { reject } of this.#open.values()) reject(reason)
    this.#open.clear()
  }

  #settle(question: number): void {
    const seed = this.#open.get(question)
    if (!seed) return
    const { isEmpty, isSupported, send } = this.#options
    if (isEmpty() && isSupported()) return send(encodeSeed(question, seed.update))
    this.#open.delete(question)
    if (isEmpty()) seed.reject(new Error('this server does not take content for empty documents'))
    else seed.resolve(false)
  }
}
