/**
 * One author of a recorded session, behind a line that delivers when the recording says so.
 *
 * Owns: the author's own document, and what waits on its way to and from the stock client.
 * Does not own: the connection (stock-client.ts), the order of events (the test).
 * Always holds: the author's document has exactly its own edits and what `takeIn` brought, so that the
 * recording's positions mean what they meant when they were recorded.
 */
import * as Y from 'yjs'
import { applyPatch } from './generated-traces.js'
import type { StockClient } from './stock-client.js'
import type { Patch } from './traces.js'

export class RecordedAuthor {
  readonly client: StockClient
  readonly #doc = new Y.Doc()
  #outbox: { index: number; update: Uint8Array }[] = []
  #inbox: Uint8Array[] = []
  #sentThrough = -1
  #typing = -1

  /** @param clientId of the author's own document */
  constructor(client: StockClient, clientId: number) {
    this.client = client
    this.#doc.clientID = clientId
    this.#doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.#outbox.push({ index: this.#typing, update })
    })
    client.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === client.provider) this.#inbox.push(update)
    })
  }

  get text(): Y.Text {
    return this.#doc.getText()
  }

  /** All edits of this author up to this one have been sent. */
  get sentThrough(): number {
    return this.#sentThrough
  }

  /** Types one edit of the recording; nobody else knows it yet. */
  type(index: number, patches: readonly Patch[]): void {
    this.#typing = index
    for (const patch of patches) applyPatch(this.text, patch)
  }

  /** Sends the edits up to this one, each as the update that it made; resolves when they are saved. */
  async sendThrough(index: number): Promise<void> {
    const waiting = this.#outbox.findIndex((edit) => edit.index > index)
    for (const { update } of this.#outbox.splice(0, waiting === -1 ? this.#outbox.length : waiting)) {
      Y.applyUpdate(this.client.doc, update, this)
    }
    await this.client.saved()
    this.#sentThrough = index
  }

  /** Brings everything that the server has sent to the author's eyes. */
  async takeIn(): Promise<void> {
    // The answer comes behind everything that was broadcast before the question.
    await this.client.saved()
    for (const update of this.#inbox.splice(0)) Y.applyUpdate(this.#doc, update, this)
  }
}
