/**
 * The client's side of permessage-deflate without context takeover (RFC 7692), by Node's own zlib.
 *
 * Owns: payloads compressed in every form the RFC allows, reading a server's frame, raw sockets that agreed.
 * Does not own: frames (raw-socket.ts). Always holds: nothing of the server's own code is used.
 */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { type Frame, RawSocket } from './raw-socket.js'

export const OFFER = { 'Sec-WebSocket-Extensions': 'permessage-deflate' }

/** RFC 7692 §7.2.1. */
export const TAIL = Buffer.of(0, 0, 0xff, 0xff)

export function compress(payload: Uint8Array, level = 6): Buffer {
  return deflateRawSync(payload, { level, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -TAIL.length)
}

/** With the final bit set in its last block, and the byte of padding that this asks for (RFC 7692 §7.2.3.4). */
export function compressFinal(payload: Uint8Array): Buffer {
  return Buffer.concat([deflateRawSync(payload), Buffer.of(0)])
}

/** The message a frame stands for, whether it is compressed or not. */
export function messageOf({ compressed, payload }: Frame): Uint8Array {
  if (!compressed) return new Uint8Array(payload)
  return new Uint8Array(inflateRawSync(Buffer.concat([payload, TAIL]), { finishFlush: constants.Z_SYNC_FLUSH }))
}

/** A connection that agreed to permessage-deflate. @throws when the server did not */
export async function shakeHandsCompressed(port: number, path = '/raw'): Promise<RawSocket> {
  const raw = await RawSocket.open(port)
  const { status, headers } = await raw.request(path, OFFER)
  const agreed = headers.get('sec-websocket-extensions')
  if (status !== 101 || !agreed?.startsWith('permessage-deflate')) throw new Error(`not agreed: ${status} ${agreed}`)
  return raw
}
