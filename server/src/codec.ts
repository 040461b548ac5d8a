/**
 * The dialect a connection speaks: how messages become frames and back.
 *
 * Owns: the seam, and the plain y-websocket dialect.
 * Does not own: the bytes themselves (protocol/), who is sent what (room.ts).
 * Always holds: one message per frame; a codec has no state, so that a frame made for one connection
 * serves every connection with the same codec.
 */
import {
  type ClientMessage,
  decodeClientMessage,
  encodeAwareness,
  encodeEpoch,
  encodePermissionDenied,
  encodeDigest,
  encodeSaved,
  encodeSeeded,
  encodeStep1,
  encodeStep2,
  encodeUpdate,
  KEEP_ALIVE_FRAME,
} from '@cowrite/protocol'

export interface Codec {
  /** @throws MalformedError */
  decode(frame: Uint8Array): ClientMessage
  step1(stateVector: Uint8Array): Uint8Array
  step2(update: Uint8Array): Uint8Array
  update(update: Uint8Array): Uint8Array
  awareness(update: Uint8Array): Uint8Array
  saved(payload: Uint8Array): Uint8Array
  /** The document's epoch; empty while it has none. */
  epoch(epoch: string): Uint8Array
  /** Whether the seed with this number was taken. */
  seeded(question: number, taken: boolean): Uint8Array
  /** A change was refused, and why. */
  denied(reason: string): Uint8Array
  digest(digest: Uint8Array): Uint8Array
  /** What to send when there is nothing to say; the same array for all. */
  readonly keepAlive: readonly Uint8Array[]
}

export const yWebsocketCodec: Codec = {
  decode: decodeClientMessage,
  step1: encodeStep1,
  step2: encodeStep2,
  update: encodeUpdate,
  awareness: encodeAwareness,
  saved: encodeSaved,
  epoch: encodeEpoch,
  seeded: encodeSeeded,
  denied: encodePermissionDenied,
  digest: encodeDigest,
  keepAlive: [KEEP_ALIVE_FRAME],
}
