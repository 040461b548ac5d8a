/**
 * A raw client that types: a `Y.Doc` and a WebSocket speaking the y-websocket protocol, nothing else.
 *
 * Owns: the protocol as a client sees it, and knowing what the server said is saved.
 * Does not own: what is typed.
 * Always holds: it never reconnects and never repairs: what the server lost stays lost. Cheap enough
 * for thousands in one process, which the stock provider with its timers is not.
 */
import {
  encodeSaved, encodeStep1, encodeStep2, encodeUpdate, MessageType, pathOfDocumentName, SyncType,
} from '@cowrite/protocol'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import type { ServerProcess } from './server-process.js'

export interface TypistEvents {
  /** The server answered that everything sent before this question is saved. */
  onSaved?: (question: number) => void
  /** An update arrived and was applied. */
  onUpdate?: () => void
}

export class Typist {
  readonly doc = new Y.Doc()
  /** The document holds what the server had when this client joined. */
  readonly synced: Promise<void>
  /** The connection is over, for whatever reason. Never rejects. */
  readonly closed: Promise<{ code: number; at: number }>
  readonly #socket: WebSocket
  readonly #events: TypistEvents
  readonly #waiters = new Map<number, () => void>()
  #lastQuestion = 0
  #tellSynced: () => void = () => {}

  constructor(server: Pick<ServerProcess, 'webSocketUrl'>, document: string, events: TypistEvents = {}) {
    this.#events = events
    const address = server.webSocketUrl + pathOfDocumentName(document)
    const socket = new WebSocket(address, { perMessageDeflate: false })
    this.#socket = socket
    this.synced = new Promise((resolve, reject) => {
      this.#tellSynced = resolve
      socket.once('error', reject)
    })
    // A client that nobody waits for may lose its connection before it has synced.
    this.synced.catch(() => {})
    this.closed = new Promise((resolve) => {
      socket.once('close', (code) => resolve({ code, at: performance.now() }))
    })
    socket.on('error', () => {})
    socket.on('open', () => this.send(encodeStep1(Y.encodeStateVector(this.doc))))
    socket.on('message', (frame: Buffer) => this.#receive(frame))
    this.doc.on('update', (update, origin) => {
      if (origin !== this) this.send(encodeUpdate(update))
    })
  }

  /** Bytes that wait in this process for the operating system to take them. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount
  }

  /** Sends one frame, whatever is in it. Lost without a word when the connection is not open. */
  send(frame: Uint8Array): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(frame)
  }

  /** Asks whether all that was sent until now is saved; returns the number of the question. */
  ask(): number {
    const question = ++this.#lastQuestion
    this.send(encodeSaved(encoding.encode((encoder) => encoding.writeVarUint(encoder, question))))
    return question
  }

  /** Resolves when the server has handled all that was sent until now. Never does when the connection ends before. */
  answered(): Promise<void> {
    this.send(encodeStep1(Y.encodeStateVector(this.doc)))
    return new Promise((resolve) => (this.#tellSynced = resolve))
  }

  /** Resolves when all that was sent until now is saved. Never does when the connection ends before. */
  saved(): Promise<void> {
    return new Promise((resolve) => this.#waiters.set(this.ask(), resolve))
  }

  /** Ends the connection without a goodbye. */
  drop(): void {
    this.#socket.terminate()
    this.doc.destroy()
  }

  #receive(frame: Uint8Array): void {
    const decoder = decoding.createDecoder(frame)
    const type = decoding.readVarUint(decoder)
    if (type === MessageType.sync) this.#receiveSync(decoding.readVarUint(decoder), decoding.readVarUint8Array(decoder))
    else if (type === MessageType.saved) this.#receiveSaved(decoding.readVarUint(decoder))
  }

  #receiveSync(type: number, payload: Uint8Array): void {
    if (type === SyncType.step1) {
      this.send(encodeStep2(Y.encodeStateAsUpdate(this.doc, payload)))
      return
    }
    Y.applyUpdate(this.doc, payload, this)
    if (type === SyncType.step2) this.#tellSynced()
    this.#events.onUpdate?.()
  }

  #receiveSaved(question: number): void {
    this.#events.onSaved?.(question)
    this.#waiters.get(question)?.()
    this.#waiters.delete(question)
  }
}
