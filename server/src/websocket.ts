/**
 * WebSocket as a transport (RFC 6455). The one importer of `ws`.
 *
 * Owns: the upgrade and its refusals, and a `Socket` over a WebSocket.
 * Does not own: what the frames mean.
 * Always holds: every socket has an error listener (an unheard 'error' ends a Node process); a
 * refusal before the upgrade is an HTTP answer with the table's status.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { documentNameOfPath, type RefusalCode, REFUSALS } from '@cowrite/protocol'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { speaksCowrite, subprotocolOf, tokenOf } from './access/token-place.js'
import type { Clock } from './clock.js'
import { chooseOffer } from './compression-offer.js'
import { inflateAtOnce } from './incoming-inflate.js'
import type { Log } from './log.js'
import { originAllowed } from './origin.js'
import { compressedFramesOf, framesOf, makeFramer, pingAndFramesOf } from './outgoing-frames.js'
import { refuseRaw } from './raw-refusal.js'
import { Slices } from './slices.js'
import type { Socket, SocketEvents } from './socket.js'

export interface WebSocketOptions {
  readonly log: Log
  readonly clock: Clock
  /** Messages over this many bytes are refused with `too-large`. */
  readonly maxMessageBytes: number
  readonly maxConnections: number
  /** Whether permessage-deflate is agreed with clients that offer it. */
  readonly compression: 'on' | 'off'
  readonly origins: readonly string[]
  readonly loopbackOnly: boolean
  /** Whether the server takes nobody in any more. */
  readonly isStopping: () => boolean
  /** The address of who sent a request, where it says anything of them. */
  readonly addressOf: (request: IncomingMessage) => string | undefined
  /** Whether one more may come from this address. @returns the reason why not */
  readonly crowdRefusalOf: (address: string | undefined) => RefusalCode | undefined
  /** A client arrived for this document. */
  readonly onSocket: (socket: Socket, name: string, login: Login) => SocketEvents
}

/** What a client said of itself in the handshake. */
export interface Login {
  readonly token: string | undefined
  /** Whether it understands Cowrite's extensions. */
  readonly speaksCowrite: boolean
  /** The document schema that it works with, where it says so: `<version>-<hash>`. */
  readonly schema: string | undefined
  /** Its address, where that says anything of it. */
  readonly address: string | undefined
}

/**
 * `ws` itself ends a connection with 1009 when a frame claims more than its limit. y-websocket clients
 * come back after 1009 and try the same message again, so our own limit, with its final code, comes
 * first; this factor is how much more `ws` still reads.
 */
const FRAME_LIMIT_FACTOR = 2
/** Fragments of one message; ws' default of 16,384 refuses large messages of naive clients, more costs memory. */
const MAX_FRAGMENTS = 16_384
/**
 * Compressed messages that are too large to inflate at once go through libuv's pool, so many at a time over all
 * connections: half of its four threads are left to the disk.
 */
const INFLATING_AT_ONCE = 2

/** Serves WebSockets of the y-websocket dialect, one document per socket, on any path of this server. */
export function serveWebSockets(server: Server, options: WebSocketOptions): void {
  const acceptor = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: options.compression === 'on' && {
      // Without a memory between messages a frame serves every socket, and an idle connection keeps no window.
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      concurrencyLimit: INFLATING_AT_ONCE,
    },
    maxPayload: options.maxMessageBytes * FRAME_LIMIT_FACTOR,
    maxFragments: MAX_FRAGMENTS,
    handleProtocols: subprotocolOf,
  })
  // Faults of the handshake itself: `ws` has answered them already.
  acceptor.on('wsClientError', (error, duplex) => {
    options.log.debug({ err: error }, 'handshake refused')
    refuseRaw(duplex, 'malformed')
  })
  // Made here, since a listener made below would keep the request in memory as long as the socket.
  const noteError = (error: Error): void => options.log.debug({ err: error }, 'socket error before the upgrade')
  const upgrade = (request: IncomingMessage, duplex: Duplex, head: Buffer): void => {
    const name = documentNameOfPath(request.url ?? '/')
    const address = options.addressOf(request)
    const refusal = refusalOf(request, name, options) ?? settleExtensions(request, options) ?? options.crowdRefusalOf(address)
    if (refusal !== undefined || name === undefined) return refuseRaw(duplex, refusal ?? 'bad-name')
    // Where the document is open already its welcome goes out in one write with the answer to the handshake.
    duplex.cork()
    acceptor.handleUpgrade(request, duplex, head, (webSocket) => adopt(webSocket, duplex, name, loginOf(request, address), options))
    duplex.uncork()
  }
  const handshakes = new Slices(options.clock)
  server.on('upgrade', (request, duplex, head) => {
    duplex.on('error', noteError)
    // Of more than may be here some would be refused anyway: they need not wait for that.
    if (handshakes.length >= options.maxConnections) refuseRaw(duplex, 'overloaded')
    else void handshakes.run(() => upgrade(request, duplex, head))
  })
}

function refusalOf(request: IncomingMessage, name: string | undefined, options: WebSocketOptions): RefusalCode | undefined {
  if (options.isStopping()) return 'restarting'
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') return 'upgrade-required'
  if (request.headers['sec-websocket-version'] !== '13') return 'upgrade-required'
  if (!originAllowed(request.headers, options.origins, options.loopbackOnly)) return 'origin-refused'
  if (name === undefined) return 'bad-name'
  return undefined
}

/** Leaves in the request the one offer of an extension that `ws` is to agree to, if any. */
function settleExtensions({ headers }: IncomingMessage, { compression }: WebSocketOptions): RefusalCode | undefined {
  const header = headers['sec-websocket-extensions']
  if (header === undefined || compression === 'off') return undefined
  const offer = chooseOffer(header)
  if (offer === 'malformed') return 'malformed'
  if (offer === undefined) delete headers['sec-websocket-extensions']
  else headers['sec-websocket-extensions'] = offer
  return undefined
}

const loginOf = (request: IncomingMessage, address: string | undefined): Login => ({
  address,
  token: tokenOf(request),
  speaksCowrite: speaksCowrite(request),
  schema: new URLSearchParams(/\?(.*)$/s.exec(request.url ?? '')?.[1] ?? '').get('schema') ?? undefined,
})

function adopt(webSocket: WebSocket, duplex: Duplex, name: string, login: Login, options: WebSocketOptions): void {
  const { log, maxMessageBytes, onSocket } = options
  webSocket.on('error', (error) => log.debug({ err: error }, 'connection error'))
  inflateAtOnce(webSocket)
  const events = onSocket(new WebSocketTransport(webSocket, duplex), name, login)
  webSocket.on('message', (data: RawData, isBinary: boolean) => {
    const frame = bytesOf(data)
    if (!isBinary) closeFor(webSocket, 'text-frame')
    else if (frame.length > maxMessageBytes) closeFor(webSocket, 'too-large')
    else events.received(frame)
  })
  const heard = (): void => events.heard()
  webSocket.on('pong', heard)
  webSocket.on('ping', heard)
  webSocket.on('close', () => events.closed())
}

function closeFor(webSocket: WebSocket, code: 'text-frame' | 'too-large'): void {
  const { closeCode, text } = REFUSALS[code]
  webSocket.close(closeCode, text)
}

const bytesOf = (data: RawData): Uint8Array => {
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  const buffer = Array.isArray(data) ? Buffer.concat(data) : data
  // A Buffer's `slice` does not copy, a Uint8Array's does: past this seam there is only the latter.
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

/** How long a peer may take to answer our close before it is dropped, in milliseconds. */
const CLOSE_TIMEOUT_MS = 3_000

const plainFrames = makeFramer(framesOf)
const compressedFrames = makeFramer(compressedFramesOf)
const pings = makeFramer(pingAndFramesOf)
const NOTHING: readonly Uint8Array[] = []

/** A class, as there are very many: functions made for each socket would weigh as much as the rest of a connection. */
class WebSocketTransport implements Socket {
  readonly #webSocket: WebSocket
  readonly #duplex: Duplex
  readonly #frames: typeof plainFrames

  constructor(webSocket: WebSocket, duplex: Duplex) {
    this.#webSocket = webSocket
    this.#duplex = duplex
    // permessage-deflate is the only extension that is ever agreed.
    this.#frames = webSocket.extensions === '' ? plainFrames : compressedFrames
  }

  get #isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN
  }

  send(messages: readonly Uint8Array[]): void {
    this.#write(this.#frames, messages)
  }

  #write(frames: typeof plainFrames, messages: readonly Uint8Array[]): void {
    if (this.#isOpen && this.#duplex.writable) this.#duplex.write(frames(messages))
  }

  get bufferedBytes(): number {
    return this.#duplex.writableLength
  }

  whenDrained(callback: () => void): void {
    // The callback of a write runs when its bytes, and so all before them, left for the operating system.
    if (this.#isOpen) this.#webSocket.ping(undefined, undefined, () => callback())
  }

  close(code: number, text: string): void {
    const webSocket = this.#webSocket
    webSocket.close(code, text)
    // Its answer is read also from who was not listened to: without it the peer would learn of the end only with the timer.
    webSocket.resume()
    const timer = setTimeout(() => webSocket.terminate(), CLOSE_TIMEOUT_MS)
    webSocket.once('close', () => clearTimeout(timer))
  }

  terminate(): void {
    this.#webSocket.terminate()
  }

  ping(messages = NOTHING): void {
    this.#write(pings, messages)
  }

  pause(): void {
    this.#webSocket.pause()
  }

  resume(): void {
    this.#webSocket.resume()
  }
}
