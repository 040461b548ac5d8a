/**
 * How much one message may hold: the structural limits of the door, with units and reasons.
 *
 * Owns: the numbers. Each is passed as an argument, so an import may be given wider ones.
 * Does not own: byte limits of a whole message, rates, or limits that need the document (server/).
 * Always holds: a limit bounds work or memory that grows faster than the bytes that ask for it;
 * what grows in step with the bytes is bounded by the size of the message already. A limit is wide
 * enough for every document that Yjs can edit comfortably: exceeding one closes the connection for good.
 */

export interface UpdateLimits {
  /** Structs in one update. Yjs takes about a microsecond and 200 bytes of heap for each. */
  readonly maxStructs: number
  /**
   * Clients in one update, one delete set or one state vector. Every tab that ever edited is one,
   * so an old document honestly has thousands.
   */
  readonly maxClients: number
  /** Bytes of UTF-8 in the name of a root type. */
  readonly maxRootNameBytes: number
  /** Different root types that one update writes into. Yjs searches them one by one: 40,000 take 9 s to load. */
  readonly maxRootTypes: number
  /** Types inside types within one update. Yjs deletes and prints recursively: 3,000 overflow its stack. */
  readonly maxTypeDepth: number
  /** Arrays and objects inside each other in one value (lib0's "any" or JSON). lib0 reads recursively: 4,500 overflow. */
  readonly maxAnyDepth: number
  /** Ranges in one delete set. Each may split an item of the document. */
  readonly maxDeleteRanges: number
  /** Subdocuments in one update. Reading one costs Yjs 11 kB of heap, whoever reads the update. */
  readonly maxSubdocuments: number
}

export const UPDATE_LIMITS: UpdateLimits = {
  maxStructs: 200_000,
  maxClients: 100_000,
  maxRootNameBytes: 256,
  maxRootTypes: 256,
  maxTypeDepth: 200,
  maxAnyDepth: 64,
  maxDeleteRanges: 200_000,
  maxSubdocuments: 10_000,
}

/**
 * For one's own stored bytes: what passed the door once may be merged with much else of its kind, and
 * must never become unreadable for being big. Only the limits are lifted, not the checks.
 */
export const STORED_UPDATE_LIMITS: UpdateLimits = {
  maxStructs: Infinity,
  maxClients: Infinity,
  maxRootNameBytes: Infinity,
  maxRootTypes: Infinity,
  maxTypeDepth: Infinity,
  maxAnyDepth: Infinity,
  maxDeleteRanges: Infinity,
  maxSubdocuments: Infinity,
}

export interface AwarenessLimits {
  /**
   * Entries in one message. Not one or two: a stock y-websocket client sends every change back that
   * it received (its update listener does not look at the origin), so a newcomer's echo names the whole room.
   */
  readonly maxEntries: number
  /** Bytes of UTF-8 in the JSON text of one state: room for a name, a selection and a small picture. */
  readonly maxStateBytes: number
  /** Arrays and objects inside each other in one state. */
  readonly maxStateDepth: number
}

export const AWARENESS_LIMITS: AwarenessLimits = {
  maxEntries: 10_000,
  maxStateBytes: 16_384,
  maxStateDepth: 32,
}

/** Largest client id, clock and clock range end: beyond it doubles skip integers, and lib0 refuses to read. */
export const MAX_CLOCK = Number.MAX_SAFE_INTEGER
