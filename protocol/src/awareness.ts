/**
 * Presence on the wire: which client is in which state, byte for byte as y-protocols 1.0 codes it.
 *
 * Owns: reading and writing of awareness messages.
 * Does not own: who may say what about whom, clocks that must grow, removal (server/ presence).
 * Always holds: a state is the JSON text of an object or absent; it is checked, never parsed.
 */
import * as encoding from 'lib0/encoding'
import { MalformedError } from './errors.js'
import { skipJson } from './json-text.js'
import { AWARENESS_LIMITS, type AwarenessLimits } from './limits.js'
import { decodeText, readByteLength, readCount, readVarUint, type Reader } from './update-reader.js'

/** What one client is said to show. */
export interface AwarenessEntry {
  readonly client: number
  /** Counts the changes of this client's state; the higher one holds. */
  readonly clock: number
  /** JSON text of an object; undefined when the client has gone (`null` on the wire). */
  readonly state: string | undefined
}

const OPEN_OBJECT = 0x7b

/**
 * Reads an awareness message. None at all is legal: it keeps a connection alive.
 * @throws MalformedError when truncated, over a limit, a state is neither an object nor null, or bytes are left.
 */
export function decodeAwareness(bytes: Uint8Array, limits: AwarenessLimits = AWARENESS_LIMITS): AwarenessEntry[] {
  const reader: Reader = { bytes, pos: 0 }
  const count = readCount(reader, 5) // two numbers, a length, and `{}` at the least
  if (count > limits.maxEntries) throw new MalformedError('too many awareness entries')
  const entries: AwarenessEntry[] = []
  for (let i = 0; i < count; i++) {
    const client = readVarUint(reader)
    const clock = readVarUint(reader)
    entries.push({ client, clock, state: readState(reader, limits) })
  }
  if (reader.pos !== bytes.length) throw new MalformedError('bytes after the end of the awareness message')
  return entries
}

function readState(reader: Reader, limits: AwarenessLimits): string | undefined {
  const length = readByteLength(reader)
  if (length > limits.maxStateBytes) throw new MalformedError('awareness state too long')
  const start = reader.pos
  const end = start + length
  const first = skipJson(reader, end, limits.maxStateDepth)
  if (first === OPEN_OBJECT) return decodeText(reader.bytes, start, end)
  if (first === 0x6e) return undefined
  throw new MalformedError('awareness state is not an object')
}

/** The inverse: the bytes that `encodeAwarenessUpdate` of y-protocols would write. */
export const encodeAwarenessStates = (entries: readonly AwarenessEntry[]): Uint8Array =>
  joinAwarenessEntries(entries.map(encodeAwarenessEntry))

/** The bytes of one entry, to be joined with others into a message as often as needed. */
export const encodeAwarenessEntry = ({ client, clock, state }: AwarenessEntry): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
    encoding.writeVarString(encoder, state ?? 'null')
  })

/** One message of these entries. */
export function joinAwarenessEntries(encoded: readonly Uint8Array[]): Uint8Array {
  const count = encoding.encode((encoder) => encoding.writeVarUint(encoder, encoded.length))
  const bytes = new Uint8Array(encoded.reduce((sum, { length }) => sum + length, count.length))
  bytes.set(count)
  let at = count.length
  for (const entry of encoded) {
    bytes.set(entry, at)
    at += entry.length
  }
  return bytes
}
