/**
 * A client as the stock one behaves: a real `Y.Doc` and y-protocols awareness over a queued socket.
 *
 * Owns: one document on one client, and the y-websocket protocol on it, message for message as
 * y-websocket 3.1 does it, with the question "is it saved?" on top.
 * Does not own: when frames travel (queued-socket.ts).
 * Always holds: an update that does not apply throws; y-protocols' own reader would swallow that.
 */
import {
  decodeAwareness,
  encodeAwareness,
  encodeEpoch,
  encodeSaved,
  encodeStep1,
  encodeStep2,
  encodeUpdate,
  MessageType,
  SyncType, readAccess, type AccessNotice
} from '@cowrite/protocol'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { ClientEvents, QueuedSocket } from './queued-socket.js'

/** What came from the server, one per frame. */
export interface Heard {
  readonly type: 'step1' | 'step2' | 'update' | 'awareness' | 'saved' | 'epoch' | 'seed' | 'denied' | 'access' | 'digest'
  readonly payload: Uint8Array
}

/** Takes a server's frame apart. @throws when it is none that a client understands that asked for it */
export function decodeServerFrame(frame: Uint8Array): Heard {
  const decoder = decoding.createDecoder(frame)
  const type = decoding.readVarUint(decoder)
  if (type === MessageType.saved) return { type: 'saved', payload: decoding.readTailAsUint8Array(decoder) }
  if (type === MessageType.epoch) return { type: 'epoch', payload: decoding.readTailAsUint8Array(decoder) }
  if (type === MessageType.seed) return { type: 'seed', payload: decoding.readTailAsUint8Array(decoder) }
  if (type === MessageType.token) return { type: 'access', payload: decoding.readTailAsUint8Array(decoder) }
  if (type === MessageType.auth && decoding.readVarUint(decoder) === 0) return { type: 'denied', payload: decoding.readVarUint8Array(decoder) }
  if (type === MessageType.digest) return { type: 'digest', payload: decoding.readTailAsUint8Array(decoder) }
  const syncType = type === MessageType.sync ? decoding.readVarUint(decoder) : undefined
  const payload = decoding.readVarUint8Array(decoder)
  // y-websocket reads one message from a frame and ignores the rest, so there must be none.
  if (decoding.hasContent(decoder)) throw new Error('more than one message in a frame')
  if (type === MessageType.awareness) return { type: 'awareness', payload }
  if (syncType === SyncType.step1) return { type: 'step1', payload }
  if (syncType === SyncType.step2) return { type: 'step2', payload }
  if (syncType === SyncType.update) return { type: 'update', payload }
  throw new Error(`a server never sends message ${type}/${syncType}`)
}

export class Peer implements ClientEvents {
  readonly doc: Y.Doc
  readonly awareness: Awareness
  /** All that came, on this connection and those before. */
  readonly heard: Heard[] = []
  /** Questions "is it saved?" that were answered, by their number. */
  readonly saved: number[] = []
  /** What the server said of the document's epoch; empty for a document that has none yet. */
  readonly epochs: string[] = []
  /** Answers to seeds: number, and whether it was taken. */
  readonly seeded: [question: number, taken: boolean][] = []
  /** Set, it is named first on each connection; null only asks. */
  namesEpoch: string | null | undefined
  /** What the server said of this client's rights, oldest first. */
  readonly notices: AccessNotice[] = []
  /** Whether it offered the subprotocol, as Cowrite's own client does. */
  speaksCowrite = false
  /** Close code of the connection that ended last; undefined when it just broke. */
  closedWith: number | undefined
  #socket: QueuedSocket | undefined
  #asked = 0

  /** @param client its client id, so that a run can be had again */
  constructor(client?: number) {
    this.doc = new Y.Doc()
    if (client !== undefined) this.doc.clientID = client
    this.awareness = new Awareness(this.doc)
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.#socket?.clientSend(encodeUpdate(update))
    })
    // The origin is not looked at: stock clients send back every change of presence that they hear of.
    this.awareness.on('update', ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>) => {
      this.#sendAwareness([...added, ...updated, ...removed])
    })
  }

  get client(): number {
    return this.doc.clientID
  }

  get text(): Y.Text {
    return this.doc.getText('text')
  }

  /** The text as a reader sees it. */
  get reads(): string {
    return this.text.toString()
  }

  get isConnected(): boolean {
    return this.#socket !== undefined
  }

  /** Client ids that are here, as this client sees it, its own left out. */
  get sees(): number[] {
    return [...this.awareness.getStates().keys()].filter((client) => client !== this.client).sort((a, b) => a - b)
  }

  /** What a socket that opens makes a client send. */
  connect(socket: QueuedSocket): void {
    this.#socket = socket
    this.closedWith = undefined
    if (this.namesEpoch !== undefined) socket.clientSend(encodeEpoch(this.namesEpoch ?? undefined))
    socket.clientSend(encodeStep1(Y.encodeStateVector(this.doc)))
    if (this.awareness.getLocalState() !== null) this.#sendAwareness([this.client])
  }

  received(frame: Uint8Array): void {
    const message = decodeServerFrame(frame)
    this.heard.push(message)
    switch (message.type) {
      case 'step1':
        this.#socket?.clientSend(encodeStep2(Y.encodeStateAsUpdate(this.doc, message.payload)))
        return
      case 'step2':
      case 'update':
        Y.applyUpdate(this.doc, message.payload, this)
        return
      case 'awareness':
        applyAwarenessUpdate(this.awareness, message.payload, this)
        return
      case 'denied':
        return // stock clients write it to the console
      case 'access': {
        if (!this.speaksCowrite) throw new Error('a stock client is never sent message 105')
        const notice = readAccess(decoding.createDecoder(message.payload))
        if (notice) this.notices.push(notice)
        return
      }
      case 'saved':
        this.saved.push(decoding.readVarUint(decoding.createDecoder(message.payload)))
        return
      case 'epoch':
        this.epochs.push(decoding.readVarString(decoding.createDecoder(message.payload)))
        return
      case 'seed': {
        const decoder = decoding.createDecoder(message.payload)
        this.seeded.push([decoding.readVarUint(decoder), decoding.readUint8(decoder) === 1])
      }
    }
  }

  closed(code: number | undefined): void {
    this.closedWith = code
    this.#socket = undefined
    const others = [...this.awareness.getStates().keys()].filter((client) => client !== this.client)
    removeAwarenessStates(this.awareness, others, this)
  }

  type(index: number, text: string): void {
    this.text.insert(index, text)
  }

  erase(index: number, length: number): void {
    this.text.delete(index, length)
  }

  /** Asks whether all that was sent until now is saved. @returns the question's number, to be found in `saved` */
  ask(): number {
    const question = ++this.#asked
    const payload = encoding.encode((encoder) => encoding.writeVarUint(encoder, question))
    this.send(encodeSaved(payload))
    return question
  }

  /** Sends any bytes at all. */
  send(frame: Uint8Array): void {
    this.#socket?.clientSend(frame)
  }

  /** The entries of presence frames that came, oldest first. */
  get presenceHeard(): ReturnType<typeof decodeAwareness> {
    return this.heard.filter(({ type }) => type === 'awareness').flatMap(({ payload }) => decodeAwareness(payload))
  }

  /** Lets go of timers. */
  destroy(): void {
    this.#socket = undefined
    this.doc.destroy()
  }

  #sendAwareness(clients: number[]): void {
    this.#socket?.clientSend(encodeAwareness(encodeAwarenessUpdate(this.awareness, clients)))
  }
}
