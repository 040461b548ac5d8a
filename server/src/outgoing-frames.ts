/**
 * Messages on their way out as WebSocket frames (RFC 6455 §5.2).
 *
 * Owns: the frame around a message, made once for all who get the message, and one write per socket
 * and tick.
 * Does not own: control frames and the closing handshake (`ws` writes those to the same socket, at
 * once and whole, so that the two never mix within a frame).
 * Always holds: a server's data frames are unmasked, unfragmented and binary.
 *
 * Why not `ws`'s own `send`: it makes the header anew for every socket and writes header and message
 * as two buffers, which is most of what a broadcast costs.
 */
import type { Duplex } from 'node:stream'

/** FIN and the opcode of binary data. */
const FINAL_BINARY = 0x82

/** Frames one message. */
export function frameOf(message: Uint8Array): Uint8Array {
  const { length } = message
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafeSlow(header + length)
  frame[0] = FINAL_BINARY
  if (header === 2) frame[1] = length
  else if (header === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.set(message, header)
  return frame
}

/** Sends messages to sockets; one for all connections of a server. */
export function makeFrameWriter(): (socket: Duplex, message: Uint8Array) => void {
  /** A broadcast sends the same message to socket after socket: the frame of the last one serves them all. */
  let last: { message: Uint8Array; frame: Uint8Array } | undefined
  /** Sockets with something to write at the end of this tick. */
  let corked: Duplex[] = []

  const uncorkAll = (): void => {
    const sockets = corked
    corked = []
    last = undefined
    for (const socket of sockets) socket.uncork()
  }

  return (socket, message) => {
    if (last?.message !== message) last = { message, frame: frameOf(message) }
    if (socket.writableCorked === 0) {
      if (corked.length === 0) process.nextTick(uncorkAll)
      socket.cork()
      corked.push(socket)
    }
    socket.write(last.frame)
  }
}
