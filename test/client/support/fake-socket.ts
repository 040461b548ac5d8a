/**
 * A WebSocket whose other end is the test: nothing opens, arrives or closes unless the test says so.
 *
 * Owns: the sockets that a client opened, and what it sent on them.
 * Does not own: what a server would answer; `greet` and `confirm` say the usual things.
 */
import { type ClientMessage, decodeClientMessage, encodeEpoch, encodeSaved, encodeStep1, encodeStep2 } from '@cowrite/protocol'
import * as Y from 'yjs'

export class FakeSocket {
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSING = 2
  readonly CLOSED = 3
  readyState = 0
  binaryType = 'blob'
  onopen: (() => void) | null = null
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  onerror: ((event: unknown) => void) | null = null
  readonly sent: ClientMessage[] = []
  #confirmed = 0

  constructor(readonly url: string, readonly protocols: readonly string[] = []) {}

  send(frame: Uint8Array): void {
    if (this.readyState === this.CONNECTING) throw new Error('not open yet')
    if (this.readyState === this.OPEN) this.sent.push(decodeClientMessage(frame.slice()))
  }

  close(): void {
    this.readyState = this.CLOSED
  }

  open(): void {
    this.readyState = this.OPEN
    this.onopen?.()
  }

  receive(frame: Uint8Array): void {
    this.onmessage?.({ data: frame.slice().buffer })
  }

  /** The other end closes, or the network does (1006). */
  drop(code = 1006, reason = ''): void {
    this.readyState = this.CLOSED
    this.onclose?.({ code, reason })
  }

  /** Everything sent, by type. */
  get types(): string[] {
    return this.sent.map((message) => message.type)
  }

  /** Payloads of the questions "is it saved?", in order. */
  get questions(): Uint8Array[] {
    return this.sent.flatMap((message) => (message.type === 'saved' ? [message.payload] : []))
  }

  /** Answers all questions that were not answered. @returns how many these were. */
  confirm(): number {
    const open = this.questions.slice(this.#confirmed)
    this.#confirmed += open.length
    for (const payload of open) this.receive(encodeSaved(payload))
    return open.length
  }

  /** Applies what the client sent to a document, as a server would. */
  applyTo(ydoc: Y.Doc): void {
    for (const message of this.sent) {
      if (message.type === 'update' || message.type === 'step2') Y.applyUpdate(ydoc, message.update)
    }
  }
}

/** All sockets opened through one WebSocket class. */
export class FakeNetwork {
  readonly sockets: FakeSocket[] = []

  readonly WebSocket: typeof WebSocket = (() => {
    const { sockets } = this
    return class extends FakeSocket {
      constructor(url: string, protocols: readonly string[]) {
        super(url, [...protocols])
        sockets.push(this)
      }
    } as unknown as typeof WebSocket
  })()

  /** The socket opened last. */
  get last(): FakeSocket {
    const socket = this.sockets.at(-1)
    if (!socket) throw new Error('no socket was opened')
    return socket
  }
}

/**
 * What a server does first: its step 1, the document's epoch if it knows epochs, and the answer to the client's step 1.
 * @param epoch empty for a document that has none yet
 */
export function greet(socket: FakeSocket, ydoc: Y.Doc = new Y.Doc(), epoch?: string): void {
  socket.open()
  socket.receive(encodeStep1(Y.encodeStateVector(ydoc)))
  if (epoch !== undefined) socket.receive(encodeEpoch(epoch))
  const step1 = socket.sent.find((message) => message.type === 'step1')
  if (step1?.type !== 'step1') throw new Error('the client sent no step 1')
  socket.receive(encodeStep2(Y.encodeStateAsUpdate(ydoc, step1.stateVector)))
}
