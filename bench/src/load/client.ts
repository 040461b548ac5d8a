/**
 * A cheap client of any server under test: one socket, frame headers, the first bytes of each message.
 *
 * Owns: the opening handshake, answering pings and the server's step 1, counting what arrives.
 * Does not own: what to send and when (pace.ts, scenarios), finding edits (tokens.ts).
 * Always holds: nothing of a message but its first bytes is kept, unless `collect` asks for whole
 * messages; all clients read into one buffer.
 */
import { connect, type Socket } from 'node:net'
import * as decoding from 'lib0/decoding'
import {
  AWARENESS, awarenessMessage, type Dialect, NOTHING_KNOWN, NOTHING_NEW, STEP_1, STEP_2, SYNC, syncMessage, UPDATE,
} from './dialect.js'
import { clientFrame, type FrameListener, FrameReader, inflate, Opcode } from './frames.js'
import { offer, responseOf } from './handshake.js'
import { type Replica, replicaOf } from './replica.js'
import { TokenScanner } from './tokens.js'

export interface ClientOptions {
  readonly port: number
  readonly dialect: Dialect
  readonly document: string
  /** What the client has already: the state vector of its step 1. */
  readonly stateVector?: Uint8Array
  /** Tells it that an edit arrived; such a client is an observer. */
  readonly found?: (sequence: number) => void
  /** Gets every whole message. */
  readonly collect?: (message: Buffer) => void
  /** Sends every awareness message back, as stock y-websocket and Hocuspocus clients do. */
  readonly echoes?: boolean
  /** Offers permessage-deflate without context takeover. */
  readonly deflate?: boolean
  /** Its awareness when it arrives. */
  readonly arrival?: Uint8Array
}

const readBuffer = Buffer.allocUnsafe(256 * 1024)

export class Client implements FrameListener {
  readonly envelope: Uint8Array
  /** Milliseconds by `performance.now()`. */
  readonly startedAt = performance.now()
  syncedAt: number | undefined
  bytesIn = 0
  framesIn = 0
  updatesIn = 0
  /** Set when the connection ended, however. */
  ended = false
  /** Whether permessage-deflate was agreed. */
  agreedDeflate = false
  readonly whenSynced: Promise<void>
  readonly #options: ClientOptions
  readonly #socket: Socket
  readonly #reader = new FrameReader(this)
  readonly #scanner: TokenScanner | undefined
  /** Where the server asks whether its clients have everything. */
  readonly #replica: Replica | undefined
  /** Whether the document's content is to be taken from what this client gets at its start. */
  readonly #isSource: boolean
  readonly #head: Buffer
  readonly #resolveSynced: () => void
  readonly #rejectSynced: (error: Error) => void
  #response: Buffer | undefined = Buffer.alloc(0)
  #opcode = 0
  #compressed = false
  #length = 0
  #pieces: Buffer[] = []

  constructor(options: ClientOptions) {
    this.#options = options
    this.envelope = options.dialect.envelope(options.document)
    this.#head = Buffer.alloc(this.envelope.length + 2)
    this.#scanner = options.found && new TokenScanner(options.found)
    this.#replica = options.dialect.compares ? replicaOf(options.port, options.document) : undefined
    this.#isSource = this.#replica?.hasSource === false && options.stateVector === undefined
    if (this.#isSource && this.#replica) this.#replica.hasSource = true
    let [resolve, reject]: [() => void, (error: Error) => void] = [() => {}, () => {}]
    this.whenSynced = new Promise((onResolve, onReject) => ([resolve, reject] = [onResolve, onReject]))
    this.#resolveSynced = resolve
    this.#rejectSynced = reject
    // Whoever does not wait for it learns of the end by `ended`.
    this.whenSynced.catch(() => {})
    const received = (length: number): boolean => this.#received(length)
    this.#socket = connect({
      host: '127.0.0.1', port: options.port, noDelay: true, onread: { buffer: readBuffer, callback: received },
    })
    this.#socket.on('error', () => this.#end())
    this.#socket.on('close', () => this.#end())
    this.#socket.write(offer(options.dialect.path(options.document), options.port, options.deflate === true))
  }

  #end(): void {
    this.ended = true
    this.#rejectSynced(new Error('the connection ended before it was synced'))
  }

  #received(length: number): boolean {
    this.bytesIn += length
    if (this.#response === undefined) this.#payload(readBuffer, 0, length)
    else this.#opening(length)
    return true
  }

  #opening(length: number): void {
    const bytes = Buffer.concat([this.#response ?? Buffer.alloc(0), readBuffer.subarray(0, length)])
    const response = responseOf(bytes)
    this.#response = bytes
    if (response === undefined) return
    if (response.status !== 101) {
      this.#socket.destroy()
      return
    }
    this.agreedDeflate = response.deflate
    this.#response = undefined
    this.#greet()
    if (bytes.length > response.length) this.#payload(bytes, response.length, bytes.length)
  }

  #greet(): void {
    const { dialect, document, stateVector, arrival } = this.#options
    this.#socket.cork()
    for (const message of dialect.greeting(document)) this.send(message)
    if (dialect.answers) this.sync(STEP_1, stateVector ?? NOTHING_KNOWN)
    if (arrival) this.send(awarenessMessage(this.envelope, arrival))
    this.#socket.uncork()
    if (!dialect.answers) this.#synced()
  }

  #synced(): void {
    this.syncedAt ??= performance.now()
    this.#resolveSynced()
  }

  #payload(bytes: Buffer, from: number, to: number): void {
    if (!this.agreedDeflate) this.#scanner?.push(bytes, from, to)
    this.#reader.push(bytes, from, to)
  }

  frameStarted(opcode: number, compressed: boolean): void {
    this.#opcode = opcode
    this.#compressed = compressed
    this.#length = 0
    this.#pieces = []
  }

  framePart(bytes: Buffer, from: number, to: number): void {
    const head = this.#head
    for (let at = from; this.#length + at - from < head.length && at < to; at++) {
      head[this.#length + at - from] = bytes[at] as number
    }
    this.#length += to - from
    if (this.#keepsWhole) this.#pieces.push(Buffer.from(bytes.subarray(from, to)))
  }

  /** A compressed message cannot be told apart by its first bytes: whole until synced, and for observers. */
  get #keepsWhole(): boolean {
    const { collect, echoes, found } = this.#options
    if (this.#opcode !== Opcode.binary || collect !== undefined || echoes === true) return true
    if (this.#replica && (this.#compressed || this.#mayAsk || (this.#isSource && this.syncedAt === undefined))) return true
    return this.agreedDeflate && (found !== undefined || (this.#compressed && this.syncedAt === undefined))
  }

  /** Whether the message is, as far as it has come, a step 1. */
  get #mayAsk(): boolean {
    const at = this.envelope.length
    return this.#head[at] === SYNC && (this.#length <= at + 1 || this.#head[at + 1] === STEP_1)
  }

  frameEnded(): void {
    if (this.#opcode === Opcode.ping) this.#socket.write(clientFrame(Buffer.concat(this.#pieces), Opcode.pong))
    else if (this.#opcode === Opcode.close) this.#socket.end()
    if (this.#opcode !== Opcode.binary) return
    this.framesIn++
    const pieces = Buffer.concat(this.#pieces)
    let whole: Buffer | undefined = pieces.length === this.#length ? pieces : undefined
    if (this.#compressed) {
      if (whole === undefined) return
      whole = inflate(whole)
      whole.copy(this.#head, 0, 0, this.#head.length)
      this.#scanner?.push(whole, 0, whole.length)
    } else if (this.agreedDeflate && whole) {
      this.#scanner?.push(whole, 0, whole.length)
    }
    this.#message(whole)
  }

  #message(whole: Buffer | undefined): void {
    const at = this.envelope.length
    const type = this.#head[at]
    const kind = this.#head[at + 1]
    if (type === SYNC && kind === STEP_1) this.#answer(whole)
    else if (type === SYNC && kind === STEP_2) {
      if (whole && this.#isSource && this.syncedAt === undefined) this.#replica?.add(payloadOf(whole, at + 2))
      this.#synced()
    } else if (type === SYNC && kind === UPDATE) this.updatesIn++
    else if (type === AWARENESS && this.#options.echoes === true && whole) this.send(whole)
    if (whole) this.#options.collect?.(whole)
  }

  /** The first step 1 asks for what the server lacks, and no client here arrives with anything; later ones, what it has. */
  #answer(whole: Buffer | undefined): void {
    const isFirst = this.syncedAt === undefined
    if (isFirst || !whole || !this.#replica) this.sync(STEP_2, NOTHING_NEW)
    else this.sync(STEP_2, this.#replica.answer(payloadOf(whole, this.envelope.length + 2)))
  }

  /** Sends one message. @returns false when the socket's buffer is full; see `whenDrained` */
  send(message: Uint8Array): boolean {
    return this.#socket.write(clientFrame(message))
  }

  sync(kind: number, payload: Uint8Array): boolean {
    if (kind === UPDATE) this.#replica?.add(payload)
    return this.send(syncMessage(this.envelope, kind, payload))
  }

  presence(payload: Uint8Array): boolean {
    return this.send(awarenessMessage(this.envelope, payload))
  }

  /** Several messages in one write. */
  together(work: () => void): void {
    this.#socket.cork()
    work()
    this.#socket.uncork()
  }

  whenDrained(): Promise<void> {
    return new Promise((resolve) => this.#socket.once('drain', resolve))
  }

  stopReading(): void {
    this.#socket.pause()
  }

  resumeReading(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** What stands after the two bytes of a sync message's type. */
const payloadOf = (message: Uint8Array, from: number): Uint8Array => decoding.readVarUint8Array(decoding.createDecoder(message.subarray(from)))
