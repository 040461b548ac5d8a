/**
 * State vectors: for each client, how many of its clocks one has, counted from zero without a hole.
 *
 * Owns: their coding, byte for byte as Yjs writes it, and their comparison.
 * Does not own: deletions. A state vector never tells what was deleted (delete-set.ts).
 * Always holds: no client twice; clocks are safe integers; decoding allocates only for what was read.
 */
import * as encoding from 'lib0/encoding'
import { MalformedError } from './errors.js'
import { UPDATE_LIMITS, type UpdateLimits } from './limits.js'
import { readCount, readVarUint, type Reader } from './update-reader.js'

/** The clocks of one client from `clock` up to, not including, `end`. */
export interface ClockRange {
  readonly client: number
  readonly clock: number
  readonly end: number
}

/** Client id to the first clock that is not there yet. */
export type StateVector = Map<number, number>

/**
 * Reads a state vector, clients in any order (Yjs before 13.5 wrote them unsorted).
 * @throws MalformedError when truncated, with a client twice, too many clients, or bytes after its end.
 */
export function decodeStateVector(
  bytes: Uint8Array,
  limits: Pick<UpdateLimits, 'maxClients'> = UPDATE_LIMITS,
): StateVector {
  const reader: Reader = { bytes, pos: 0 }
  const count = readCount(reader, 2)
  if (count > limits.maxClients) throw new MalformedError('too many clients')
  const stateVector: StateVector = new Map()
  for (let i = 0; i < count; i++) {
    const client = readVarUint(reader)
    if (stateVector.has(client)) throw new MalformedError('client named twice')
    stateVector.set(client, readVarUint(reader))
  }
  if (reader.pos !== bytes.length) throw new MalformedError('bytes after the end of the state vector')
  return stateVector
}

/** The bytes that `Y.encodeStateVector` would write: higher client ids first. */
export function encodeStateVector(stateVector: ReadonlyMap<number, number>): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, stateVector.size)
  const entries = [...stateVector].toSorted((a, b) => b[0] - a[0])
  for (const [client, clock] of entries) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
  }
  return encoding.toUint8Array(encoder)
}

/** Whether `a` has every clock that `b` has. */
export function covers(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  for (const [client, clock] of b) {
    if ((a.get(client) ?? 0) < clock) return false
  }
  return true
}

/** Whether two lists hold the same ranges in the same order. */
export const sameRanges = (a: readonly ClockRange[], b: readonly ClockRange[]): boolean =>
  a.length === b.length &&
  a.every((range, i) => {
    const other = b[i]
    return other?.client === range.client && other.clock === range.clock && other.end === range.end
  })
