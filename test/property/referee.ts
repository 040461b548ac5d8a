/**
 * What must hold in a simulated run, at each moment and at its end.
 *
 * Owns: the judgements, and the first one that went against the server.
 * Does not own: what happens (simulation.ts), what is on disk (ledger.ts).
 * Always holds: a broken rule is thrown where it is seen, and kept, since the server may catch it there.
 */
import { isDeepStrictEqual } from 'node:util'
import { isFinalCloseCode } from '@cowrite/protocol'
import * as Y from 'yjs'
import { contentOf } from './edits.js'
import type { Ledger } from './ledger.js'

/** What a person sent on one connection, and how much of it each question that is still open covers. */
export interface Visit {
  readonly sent: Uint8Array[]
  readonly questions: number[]
}

export class Referee {
  readonly #ledger: Ledger
  #fault: Error | undefined

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** @throws the first rule that was broken, if one was */
  settle(): void {
    if (this.#fault) throw this.#fault
  }

  /** @param fault what is wrong, in words; undefined when nothing is */
  must(where: string, fault: string | undefined): void {
    if (fault === undefined) return
    this.#fault ??= new Error(`${where}: ${fault}`)
    throw this.#fault
  }

  /** Nothing is told that is not on disk. */
  told(name: string, document: string, update: Uint8Array): void {
    this.must(`told to ${name}`, this.#ledger.lackOf(document, update))
  }

  /** A first step 2 lacks nothing of what was saved. @param before what its receiver held when it asked */
  firstStep2(name: string, document: string, before: Uint8Array, update: Uint8Array): void {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, before)
    Y.applyUpdate(doc, update)
    this.must(`first step 2 of ${name}`, this.#ledger.lackIn(document, doc))
  }

  /** Everything sent before the question is on disk. */
  saved(name: string, document: string, { sent, questions }: Visit): void {
    const count = questions.shift()
    this.must(name, count === undefined ? 'answered without a question' : undefined)
    for (const update of sent.slice(0, count)) this.must(`called saved to ${name}`, this.#ledger.lackOf(document, update))
  }

  /** Nobody here does anything for which a connection may be closed for good, or that breaks the server. */
  closed(name: string, code: number | undefined): void {
    const wrong = code !== undefined && (isFinalCloseCode(code) || code === 1011)
    this.must(name, wrong ? `closed with ${code}` : undefined)
  }

  /** This copy is the document as saved, to the last deletion. */
  whole(where: string, document: string, copy: Y.Doc): void {
    this.must(where, this.#ledger.lackIn(document, copy))
    this.must(where, differenceOf(this.#ledger.doc(document), copy))
  }

  /** Nothing is on disk that nobody wrote. @param written for each client how many clocks it ever gave away */
  written(document: string, written: ReadonlyMap<number, number>): void {
    for (const [client, end] of Y.decodeStateVector(Y.encodeStateVector(this.#ledger.doc(document)))) {
      this.must(document, end > (written.get(client) ?? 0) ? `client ${client} never wrote ${end} clocks` : undefined)
    }
  }

  same(where: string, is: unknown, shouldBe: unknown): void {
    const words = `${JSON.stringify(is)} instead of ${JSON.stringify(shouldBe)}`
    this.must(where, isDeepStrictEqual(is, shouldBe) ? undefined : words)
  }
}

/** In what two copies of a document differ, in words; undefined when they are the same. */
function differenceOf(one: Y.Doc, other: Y.Doc): string | undefined {
  const [a, b] = [contentOf(one), contentOf(other)]
  // Keys of a map come in the order in which they arrived, so no comparison of texts.
  if (!isDeepStrictEqual(a, b)) return `reads ${JSON.stringify(b)} instead of ${JSON.stringify(a)}`
  const [c, d] = [Y.snapshot(one), Y.snapshot(other)]
  if (Y.equalSnapshots(c, d)) return undefined
  return `is made otherwise: ${JSON.stringify([[...d.ds.clients], [...d.sv]])} instead of ${JSON.stringify([[...c.ds.clients], [...c.sv]])}`
}
