/**
 * How much one room may hold and tell.
 *
 * Owns: the names of these limits, which are settings (config.ts).
 * Does not own: what follows from them (room.ts, presence.ts).
 */
export interface RoomLimits {
  /** Presence states of one connection that the others are told of for ever, in a second. */
  readonly maxPresencePerSecond: number
  /** Bytes of a document, as snapshot and tail, at which clients may only delete from it. */
  readonly maxDocumentBytes: number
}
