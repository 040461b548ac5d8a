/**
 * One message compressed for permessage-deflate without context takeover (RFC 7692 §7.2.1).
 *
 * Owns: the compressed payload, and whether compressing is worth it.
 * Does not own: frames (outgoing-frames.ts), who agreed to get them (websocket.ts, compression-offer.ts).
 * Always holds: a payload depends on its message alone, so that it serves every socket that agreed;
 * compressing holds up the event loop for about 1 ms at most.
 */
import { constants, deflateRawSync } from 'node:zlib'

/**
 * Shorter messages go as they are, in bytes: up to about one keystroke and one caret they fill a part of
 * one packet either way, and compressing (7-9 µs) would cost a room of two as much as sending.
 */
const WORTH_BYTES = 384
/**
 * Longer messages go as they are, in bytes: they are whole documents, which shrink to two fifths where carets
 * shrink to a tenth, and who comes back may get one made for nobody else. At this size the synchronous call
 * takes 0.8 ms for text and 1.1 ms for noise.
 */
const BOUNDED_BYTES = 65_536
/** The tail of a sync flush, which the sender leaves out (RFC 7692 §7.2.1). */
const TAIL_BYTES = 4
/** On 20 carets as fast as 1, and 2 % smaller; 6 takes half as long again for 2 % more. */
const LEVEL = 3

/**
 * The payload of a frame with RSV1 set that stands for this message.
 * @returns undefined where the message had better go as it is
 */
export function deflated(message: Uint8Array): Uint8Array | undefined {
  if (message.length < WORTH_BYTES || message.length > BOUNDED_BYTES) return undefined
  const bytes = deflateRawSync(message, {
    level: LEVEL,
    finishFlush: constants.Z_SYNC_FLUSH,
    // One output buffer, of the message's size rather than 16 kB: saves a sixth of the time for small ones.
    chunkSize: message.length,
  })
  const length = bytes.length - TAIL_BYTES
  return length < message.length ? bytes.subarray(0, length) : undefined
}
