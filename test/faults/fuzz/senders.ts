/**
 * Frames over real WebSockets, many on each, as fast as a server takes them.
 *
 * Owns: connections that send what they are given, and come back with the rest when they are sent away.
 * Does not own: the frames (corpus.ts), what the answers should be.
 * Always holds: a frame counts once, as taken when the ping behind it was answered, or with the code that came instead.
 */
import { clientFrame, Opcode, RawSocket } from '../../support/raw-socket.js'

/** Code under which frames are counted that were taken. */
export const TAKEN = 0
/** Frames on the way at once on one connection. */
const WINDOW = 8
/** Code of an end without a goodbye. */
const NO_GOODBYE = 1006

const PING = clientFrame(Opcode.ping, new Uint8Array())

/** @returns how many frames were answered with which code */
export async function sendAll(port: number, path: string, frames: readonly Uint8Array[], senders: number): Promise<Map<number, number>> {
  const codes = new Map<number, number>()
  const shares = Array.from({ length: senders }, (_, share) => frames.filter((__, index) => index % senders === share))
  await Promise.all(shares.map((share) => sendShare(port, path, share, codes)))
  return codes
}

async function sendShare(port: number, path: string, frames: readonly Uint8Array[], codes: Map<number, number>): Promise<void> {
  const count = (code: number, by: number): unknown => by > 0 && codes.set(code, (codes.get(code) ?? 0) + by)
  let socket: RawSocket | undefined
  for (let at = 0; at < frames.length; ) {
    socket ??= await RawSocket.shakeHands(port, path)
    const some = frames.slice(at, at + WINDOW)
    socket.write(Buffer.concat(some.flatMap((frame) => [clientFrame(Opcode.binary, frame), PING])))
    const { taken, code } = await answersTo(socket, some.length)
    count(TAKEN, taken)
    at += taken
    if (code === TAKEN) continue
    count(code, 1)
    at++
    socket.end()
    socket = undefined
  }
  socket?.end()
}

async function answersTo(socket: RawSocket, frames: number): Promise<{ taken: number; code: number }> {
  let taken = 0
  while (taken < frames) {
    const frame = await socket.nextFrame().catch(() => undefined)
    if (frame === undefined) return { taken, code: NO_GOODBYE }
    if (frame.opcode === Opcode.close) return { taken, code: frame.payload.readUInt16BE(0) }
    if (frame.opcode === Opcode.pong) taken++
  }
  return { taken, code: TAKEN }
}
