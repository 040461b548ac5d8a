/**
 * Messages on their way out as WebSocket frames (RFC 6455 §5.2, RFC 7692 §6).
 *
 * Owns: the bytes of data frames and of pings, made once for all who get the same.
 * Does not own: other control frames and the closing handshake (`ws` writes those to the same socket, at
 * once and whole, so that the two never mix within a frame); compressing (outgoing-deflate.ts).
 * Always holds: a server's data frames are unmasked, unfragmented and binary.
 *
 * Why not `ws`'s own `send`: it makes the header anew for every socket, compresses anew for every socket,
 * and writes header and message as two buffers, one message at a time; writing is most of what a
 * broadcast costs.
 */
import { deflated } from './outgoing-deflate.js'

/** FIN and the opcode of binary data. */
const FINAL_BINARY = 0x82
/** RSV1: the payload is compressed. */
const COMPRESSED = 0x40
/** A whole ping without a payload. */
const PING = Uint8Array.of(0x89, 0)

interface Part {
  readonly firstByte: number
  readonly payload: Uint8Array
}

const plainPart = (message: Uint8Array): Part => ({ firstByte: FINAL_BINARY, payload: message })

function compressedPart(message: Uint8Array): Part {
  const payload = deflated(message)
  return payload ? { firstByte: FINAL_BINARY | COMPRESSED, payload } : plainPart(message)
}

/** These messages, each as a frame of its own, one behind the other. */
export function framesOf(messages: readonly Uint8Array[]): Uint8Array {
  return assemble(messages.map(plainPart))
}

/** The same for those who agreed to permessage-deflate; what would not get smaller goes as it is. */
export function compressedFramesOf(messages: readonly Uint8Array[]): Uint8Array {
  return assemble(messages.map(compressedPart))
}

/** A ping, and these messages behind it. */
export function pingAndFramesOf(messages: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([PING, framesOf(messages)])
}

function assemble(parts: readonly Part[]): Uint8Array {
  const size = parts.reduce((sum, { payload: { length } }) => sum + headerLength(length) + length, 0)
  // Not from Node's pool: queued for a slow reader, a few bytes would keep 8 kB alive.
  const frames = Buffer.allocUnsafeSlow(size)
  let offset = 0
  for (const { firstByte, payload } of parts) {
    offset = writeHeader(frames, offset, firstByte, payload.length)
    frames.set(payload, offset)
    offset += payload.length
  }
  return frames
}

const headerLength = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10)

function writeHeader(frames: Buffer, offset: number, firstByte: number, length: number): number {
  frames[offset] = firstByte
  if (length < 126) {
    frames[offset + 1] = length
  } else if (length < 65_536) {
    frames[offset + 1] = 126
    frames.writeUInt16BE(length, offset + 2)
  } else {
    frames[offset + 1] = 127
    frames.writeBigUInt64BE(BigInt(length), offset + 2)
  }
  return offset + headerLength(length)
}

/**
 * Arrays whose frames are kept. More than one, since what all get (a room's broadcasts, the greeting and the
 * document for who joins) takes turns with other rooms' and with answers to one.
 */
const REMEMBERED = 16
/** Larger frames are kept only as long as somebody has the messages: sixteen whole documents are not held on to. In bytes. */
const HELD_BYTES = 4096

/** `make` once for each array, as long as it is among the latest: the same one is passed for socket after socket. */
export function makeFramer(make: (messages: readonly Uint8Array[]) => Uint8Array): (messages: readonly Uint8Array[]) => Uint8Array {
  const small = new Map<readonly Uint8Array[], Uint8Array>()
  const large = new WeakMap<readonly Uint8Array[], Uint8Array>()
  const latestLarge: WeakRef<readonly Uint8Array[]>[] = []
  const keep = (messages: readonly Uint8Array[], frames: Uint8Array): void => {
    // Nearly all that is sent: what refers weakly would be work for every garbage collection.
    if (frames.length <= HELD_BYTES) {
      small.set(messages, frames)
      if (small.size > REMEMBERED) for (const oldest of small.keys()) return void small.delete(oldest)
    } else {
      large.set(messages, frames)
      latestLarge.push(new WeakRef(messages))
      const forgotten = latestLarge.length > REMEMBERED ? latestLarge.shift()?.deref() : undefined
      if (forgotten) large.delete(forgotten)
    }
  }
  return (messages) => {
    const known = small.get(messages) ?? large.get(messages)
    if (known) return known
    const frames = make(messages)
    keep(messages, frames)
    return frames
  }
}
