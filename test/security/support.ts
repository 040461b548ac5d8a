/**
 * Arriving at a real server by hand, and what comes of it.
 *
 * Owns: one raw connection from the handshake to the first word or the close.
 */
import { decodeServerFrame } from '../support/peer.js'
import { Opcode, RawSocket } from '../support/raw-socket.js'

/** What the first things were that the server said: the kinds of messages up to a step 1, or the close code. */
export async function arrive(port: number, path: string, headers: Record<string, string> = {}): Promise<string | number> {
  const raw = await RawSocket.shakeHands(port, path, headers)
  try {
    const { opcode, payload } = await raw.nextFrame()
    return opcode === Opcode.close ? payload.readUInt16BE(0) : decodeServerFrame(payload).type
  } finally {
    raw.end()
  }
}

/** Arrives with a token in `Authorization`. */
export const arriveWith = (port: number, token: string, path = '/story'): Promise<string | number> =>
  arrive(port, path, { Authorization: `Bearer ${token}` })
