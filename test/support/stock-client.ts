/**
 * A stock y-websocket client in Node, as from npm.
 *
 * Owns: what tests need around the provider: waiting for it, and asking with message type 102.
 * Does not own: the provider: nothing of it is replaced. The question goes through its public table of
 * message handlers, as any application may add one.
 * Always holds: no BroadcastChannel: what two clients share came through the server.
 */
import { encodeSaved, MessageType } from '@cowrite/protocol'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import type { ServerProcess } from './server-process.js'

export class StockClient {
  readonly doc = new Y.Doc()
  readonly provider: WebsocketProvider
  readonly #waiters = new Map<number, () => void>()
  #lastQuestion = 0

  constructor(server: Pick<ServerProcess, 'webSocketUrl'>, document: string) {
    this.provider = new WebsocketProvider(server.webSocketUrl, document, this.doc, {
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
      disableBc: true,
    })
    this.provider.messageHandlers[MessageType.saved] = (_encoder, decoder) => {
      const question = decoding.readVarUint(decoder)
      this.#waiters.get(question)?.()
      this.#waiters.delete(question)
    }
  }

  get text(): Y.Text {
    return this.doc.getText()
  }

  /** Resolves when the document holds what the server has. */
  synced(): Promise<void> {
    if (this.provider.synced) return Promise.resolve()
    return new Promise((resolve) => this.provider.once('sync', () => resolve()))
  }

  /** Resolves when all that was typed until now is saved, and all that the server had sent before has arrived. */
  saved(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.set(++this.#lastQuestion, resolve)
      const payload = encoding.encode((encoder) => encoding.writeVarUint(encoder, this.#lastQuestion))
      this.provider.ws?.send(encodeSaved(payload).slice())
    })
  }

  /** Lets sockets be read and written for a moment. */
  breathe(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  destroy(): void {
    this.provider.destroy()
    this.provider.awareness.destroy()
    this.doc.destroy()
  }
}
