/**
 * RFC 6455 as a client needs it to be cheap: writes masked frames, reads frame headers.
 *
 * Owns: framing in both directions.
 * Does not own: the opening handshake and what frames mean (client.ts).
 * Always holds: payloads are passed on as views of the read buffer, in pieces, never gathered here.
 */
import { randomBytes } from 'node:crypto'
import { constants, inflateRawSync } from 'node:zlib'

export const Opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/**
 * One mask for all frames. Real clients take a new one each time; what matters to a server is that it
 * is not zero (`ws` would leave the unmasking out).
 */
const MASK = randomBytes(4).map((byte) => byte | 1)

/** A masked frame of these payloads, one after the other, as one message. */
export function clientFrame(payload: Uint8Array, opcode: number = Opcode.binary): Buffer {
  const length = payload.length
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + 4 + length)
  frame[0] = 0x80 | opcode
  if (headerLength === 2) frame[1] = 0x80 | length
  else if (headerLength === 4) {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 0x80 | 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.set(MASK, headerLength)
  const start = headerLength + 4
  for (let i = 0; i < length; i++) frame[start + i] = (payload[i] as number) ^ (MASK[i & 3] as number)
  return frame
}

export interface FrameListener {
  frameStarted(opcode: number, compressed: boolean): void
  /** A piece of the payload: `bytes[from]` to before `bytes[to]`, good until the call returns. */
  framePart(bytes: Buffer, from: number, to: number): void
  frameEnded(): void
}

/** Reads frames of a server (never masked) from chunks of any size. */
export class FrameReader {
  readonly #listener: FrameListener
  readonly #header = Buffer.alloc(10)
  #headerFilled = 0
  #headerNeeded = 2
  #remaining = 0

  constructor(listener: FrameListener) {
    this.#listener = listener
  }

  push(bytes: Buffer, from: number, to: number): void {
    let at = from
    while (at < to) {
      if (this.#remaining > 0) {
        const end = Math.min(to, at + this.#remaining)
        this.#listener.framePart(bytes, at, end)
        this.#remaining -= end - at
        at = end
        if (this.#remaining === 0) this.#listener.frameEnded()
        continue
      }
      this.#header[this.#headerFilled++] = bytes[at++] as number
      if (this.#headerFilled === 2) this.#headerNeeded = neededFor((this.#header[1] as number) & 0x7f)
      if (this.#headerFilled >= 2 && this.#headerFilled === this.#headerNeeded) this.#start()
    }
  }

  #start(): void {
    const first = this.#header[0] as number
    const short = (this.#header[1] as number) & 0x7f
    this.#headerFilled = 0
    this.#headerNeeded = 2
    if (short < 126) this.#remaining = short
    else this.#remaining = short === 126 ? this.#header.readUInt16BE(2) : Number(this.#header.readBigUInt64BE(2))
    this.#listener.frameStarted(first & 0x0f, (first & 0x40) !== 0)
    if (this.#remaining === 0) this.#listener.frameEnded()
  }
}

const neededFor = (short: number): number => (short < 126 ? 2 : short === 126 ? 4 : 10)

/** RFC 7692 §7.2.2: the sender took off these four bytes. */
export const inflate = (bytes: Buffer): Buffer =>
  inflateRawSync(Buffer.concat([bytes, Buffer.from([0, 0, 0xff, 0xff])]), { finishFlush: constants.Z_SYNC_FLUSH })
