/**
 * Messages on their way out as WebSocket frames (RFC 6455 §5.2).
 *
 * Owns: the bytes of data frames, made once for all who get the same messages.
 * Does not own: control frames and the closing handshake (`ws` writes those to the same socket, at
 * once and whole, so that the two never mix within a frame).
 * Always holds: a server's data frames are unmasked, unfragmented and binary.
 *
 * Why not `ws`'s own `send`: it makes the header anew for every socket and writes header and message
 * as two buffers, one message at a time; writing is most of what a broadcast costs.
 */

/** FIN and the opcode of binary data. */
const FINAL_BINARY = 0x82

/** These messages, each as a frame of its own, one behind the other. */
export function framesOf(messages: readonly Uint8Array[]): Uint8Array {
  const size = messages.reduce((sum, { length }) => sum + headerLength(length) + length, 0)
  // Not from Node's pool: queued for a slow reader, a few bytes would keep 8 kB alive.
  const frames = Buffer.allocUnsafeSlow(size)
  let offset = 0
  for (const message of messages) {
    offset = writeHeader(frames, offset, message.length)
    frames.set(message, offset)
    offset += message.length
  }
  return frames
}

const headerLength = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10)

function writeHeader(frames: Buffer, offset: number, length: number): number {
  frames[offset] = FINAL_BINARY
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

/** `framesOf` that remembers the last array: a broadcast passes the same one for socket after socket. */
export function makeFramer(): (messages: readonly Uint8Array[]) => Uint8Array {
  let last: WeakRef<readonly Uint8Array[]> | undefined
  let frames: Uint8Array = new Uint8Array()
  return (messages) => {
    if (last?.deref() !== messages) {
      frames = framesOf(messages)
      last = new WeakRef(messages)
    }
    return frames
  }
}
