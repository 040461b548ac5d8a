/**
 * A TCP connection that speaks WebSocket by hand, also wrongly (RFC 6455 §4, §5).
 *
 * Owns: the handshake as text, frames as bytes, and waiting for what comes back.
 * Does not own: what the server makes of it. Always holds: every wait ends when the connection does.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** The key and its answer of RFC 6455 §1.3. */
export const SAMPLE_KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
export const SAMPLE_ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface Frame {
  readonly opcode: number
  /** RSV1: the payload is compressed (RFC 7692). */
  readonly compressed: boolean
  readonly payload: Buffer
}

/** Builds a frame as a client must, or, unmasked or with another claimed length, must not. */
export function clientFrame(opcode: number, payload: Uint8Array, options: { masked?: boolean; fin?: boolean; compressed?: boolean; claims?: bigint } = {}): Buffer {
  const { masked = true, fin = true, compressed = false, claims = BigInt(payload.length) } = options
  const head = Buffer.alloc(10)
  head[0] = (fin ? 0x80 : 0) | (compressed ? 0x40 : 0) | opcode
  head[1] = (masked ? 0x80 : 0) | 127
  head.writeBigUInt64BE(claims, 2)
  const short = claims < 126n ? Buffer.of(head[0], (masked ? 0x80 : 0) | Number(claims)) : head
  const middle = Buffer.alloc(4)
  middle[0] = head[0]
  middle[1] = (masked ? 0x80 : 0) | 126
  middle.writeUInt16BE(Number(claims & 0xffffn), 2)
  const start = claims < 126n ? short : claims < 65_536n ? middle : head
  const mask = Buffer.of(1, 2, 3, 4)
  const body = Buffer.from(payload)
  if (masked) for (let i = 0; i < body.length; i++) body[i] = (body[i] as number) ^ (mask[i % 4] as number)
  return Buffer.concat(masked ? [start, mask, body] : [start, body])
}

export class RawSocket {
  readonly #socket: Socket
  #buffer = Buffer.alloc(0)
  #ended = false
  #wake: (() => void) | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk])
      this.#wake?.()
    })
    socket.on('close', () => {
      this.#ended = true
      this.#wake?.()
    })
  }

  static async open(port: number): Promise<RawSocket> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawSocket(socket)
  }

  /** Opens a connection and shakes hands as RFC 6455 wants it. */
  static async shakeHands(port: number, path = '/raw', headers: Record<string, string> = {}): Promise<RawSocket> {
    const raw = await RawSocket.open(port)
    const { status } = await raw.request(path, headers)
    if (status !== 101) throw new Error(`refused with ${status}`)
    return raw
  }

  /** Sends the upgrade request and reads the answer. Headers given replace the usual ones; undefined leaves one out. */
  async request(path: string, headers: Record<string, string | undefined> = {}): Promise<Answer> {
    const all = {
      Host: 'localhost',
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Key': SAMPLE_KEY,
      'Sec-WebSocket-Version': '13',
      ...headers,
    }
    const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}`)
    this.write(Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
    const head = await this.#until(() => {
      const end = this.#buffer.indexOf('\r\n\r\n')
      return end === -1 ? undefined : this.#take(end + 4).toString('latin1')
    })
    const [first = '', ...rest] = head.trimEnd().split('\r\n')
    const pairs = rest.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const)
    const answered = new Map(pairs)
    const length = Number(answered.get('content-length') ?? 0)
    const body = await this.#until(() => (this.#buffer.length >= length ? this.#take(length).toString() : undefined))
    return { status: Number(first.split(' ')[1]), headers: answered, body }
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  send(payload: Uint8Array): void {
    this.write(clientFrame(Opcode.binary, payload))
  }

  /** Stops and resumes reading from the network: a client that hangs. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    this.#socket.destroy()
  }

  /** The next whole frame. @throws when the connection ends before */
  nextFrame(): Promise<Frame> {
    return this.#until(() => {
      const [first, second] = this.#buffer
      if (first === undefined || second === undefined) return undefined
      const size = second & 0x7f
      const headLength = size === 126 ? 4 : size === 127 ? 10 : 2
      if (this.#buffer.length < headLength) return undefined
      const length = size === 126 ? this.#buffer.readUInt16BE(2) : size === 127 ? Number(this.#buffer.readBigUInt64BE(2)) : size
      if (this.#buffer.length < headLength + length) return undefined
      const frame = this.#take(headLength + length)
      return { opcode: first & 0x0f, compressed: (first & 0x40) !== 0, payload: frame.subarray(headLength) }
    })
  }

  /** Reads until the server says goodbye. @returns the close code */
  async closeCode(): Promise<number> {
    for (;;) {
      const { opcode, payload } = await this.nextFrame()
      if (opcode === Opcode.close) return payload.readUInt16BE(0)
    }
  }

  /** All that comes until the server hangs up, as text. */
  async everything(): Promise<string> {
    await this.#until(() => (this.#ended ? true : undefined))
    return this.#take(this.#buffer.length).toString('latin1')
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length)
    this.#buffer = this.#buffer.subarray(length)
    return taken
  }

  async #until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      if (this.#ended) throw new Error('the connection ended')
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
