/**
 * What was deleted: ranges of clocks for each client.
 *
 * Owns: the set, its queries, and its bytes as Yjs writes and reads them.
 * Does not own: whether the clocks are known.
 * Always holds: what is read from the set is in order of client (descending, as Yjs writes) and
 * clock, disjoint, and joined where ranges touch. Adding is cheap in any order: ranges that do not
 * come at the end wait in a list of their own and are worked in at the next question.
 */
import * as encoding from 'lib0/encoding'
import { MalformedError } from './errors.js'
import { MAX_CLOCK, type UpdateLimits } from './limits.js'
import type { ClockRange } from './state-vector.js'
import { readCount, readVarUint, type Reader } from './update-reader.js'

const NOTHING: readonly never[] = []

/** Up to this many waiting ranges are inserted one by one (two memmoves each); more are merged in one pass. */
const MAX_SINGLE_INSERTS = 8

/** Disjoint ranges of one client: `starts[i]` up to, not including, `ends[i]`. */
interface ClientRanges {
  starts: number[]
  ends: number[]
  /** Start and end by turns, in the order they came. */
  waiting: number[]
}

export class DeleteSet {
  readonly #clients = new Map<number, ClientRanges>()

  /** A set of these ranges. */
  static of(ranges: Iterable<ClockRange>): DeleteSet {
    const set = new DeleteSet()
    for (const { client, clock, end } of ranges) set.add(client, clock, end - clock)
    return set
  }

  /** Adds `length` clocks from `clock` on; what is there already stays. */
  add(client: number, clock: number, length: number): void {
    if (!(length > 0)) return
    const end = clock + length
    const ranges = this.#clients.get(client)
    if (ranges === undefined) {
      this.#clients.set(client, { starts: [clock], ends: [end], waiting: [] })
      return
    }
    const { starts, ends, waiting } = ranges
    const last = ends.length - 1
    if (clock > (ends[last] as number)) {
      starts.push(clock)
      ends.push(end)
    } else if (clock >= (starts[last] as number)) {
      if (end > (ends[last] as number)) ends[last] = end
    } else {
      waiting.push(clock, end)
    }
  }

  /** Whether this one clock is in the set. */
  contains(client: number, clock: number): boolean {
    const ranges = this.#settled(client)
    if (ranges === undefined) return false
    const index = firstEndAfter(ranges.ends, clock)
    return index < ranges.ends.length && (ranges.starts[index] as number) <= clock
  }

  /** The parts of these ranges that are not in the set, in the order given. */
  subtract(minuend: readonly ClockRange[]): ClockRange[] {
    const rest: ClockRange[] = []
    for (const range of minuend) {
      const { client, end } = range
      let clock = range.clock
      const ranges = this.#settled(client)
      if (ranges === undefined) {
        rest.push(range)
        continue
      }
      const { starts, ends } = ranges
      for (let i = firstEndAfter(ends, clock); i < ends.length && (starts[i] as number) < end; i++) {
        const start = starts[i] as number
        if (start > clock) rest.push({ client, clock, end: start })
        clock = ends[i] as number
      }
      if (clock < end) rest.push({ client, clock, end })
    }
    return rest
  }

  /** All ranges, higher clients first, clocks ascending. */
  *ranges(): Generator<ClockRange> {
    for (const client of this.#clientsDescending()) {
      const { starts, ends } = this.#settled(client) as ClientRanges
      for (let i = 0; i < starts.length; i++) {
        yield { client, clock: starts[i] as number, end: ends[i] as number }
      }
    }
  }

  /** How many ranges there are. */
  get size(): number {
    let size = 0
    for (const client of this.#clients.keys()) size += (this.#settled(client) as ClientRanges).starts.length
    return size
  }

  /** The bytes that Yjs writes for this set at the end of an update. */
  encode(): Uint8Array {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, this.#clients.size)
    for (const client of this.#clientsDescending()) {
      const { starts, ends } = this.#settled(client) as ClientRanges
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, starts.length)
      for (let i = 0; i < starts.length; i++) {
        const start = starts[i] as number
        encoding.writeVarUint(encoder, start)
        encoding.writeVarUint(encoder, (ends[i] as number) - start)
      }
    }
    return encoding.toUint8Array(encoder)
  }

  #clientsDescending(): number[] {
    return [...this.#clients.keys()].toSorted((a, b) => b - a)
  }

  /** The ranges of a client after what waits was worked in. */
  #settled(client: number): ClientRanges | undefined {
    const ranges = this.#clients.get(client)
    if (ranges === undefined || ranges.waiting.length === 0) return ranges
    const { waiting } = ranges
    ranges.waiting = []
    if (waiting.length <= 2 * MAX_SINGLE_INSERTS) {
      for (let i = 0; i < waiting.length; i += 2) insert(ranges, waiting[i] as number, waiting[i + 1] as number)
    } else {
      mergeAll(ranges, waiting)
    }
    return ranges
  }
}

/** Index of the first range that ends after this clock; the number of ranges if none does. */
function firstEndAfter(ends: readonly number[], clock: number): number {
  let low = 0
  let high = ends.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ends[middle] as number) > clock) high = middle
    else low = middle + 1
  }
  return low
}

/** Puts one range in its place and joins it with all that it touches. */
function insert(ranges: ClientRanges, clock: number, end: number): void {
  const { starts, ends } = ranges
  const first = firstEndAfter(ends, clock - 1) // touching counts: a range that ends at clock is joined
  let after = first
  while (after < starts.length && (starts[after] as number) <= end) after++
  if (after === first) {
    starts.splice(first, 0, clock)
    ends.splice(first, 0, end)
    return
  }
  starts[first] = Math.min(clock, starts[first] as number)
  ends[first] = Math.max(end, ends[after - 1] as number)
  starts.splice(first + 1, after - first - 1)
  ends.splice(first + 1, after - first - 1)
}

/** Merges what waits into the ranges in one pass. */
function mergeAll(ranges: ClientRanges, waiting: readonly number[]): void {
  const late: { clock: number; end: number }[] = []
  for (let i = 0; i < waiting.length; i += 2) late.push({ clock: waiting[i] as number, end: waiting[i + 1] as number })
  late.sort((a, b) => a.clock - b.clock)
  const { starts, ends } = ranges
  const mergedStarts: number[] = []
  const mergedEnds: number[] = []
  let i = 0
  let j = 0
  while (i < starts.length || j < late.length) {
    const next = late[j]
    let clock: number
    let end: number
    if (next !== undefined && (i === starts.length || next.clock < (starts[i] as number))) {
      clock = next.clock
      end = next.end
      j++
    } else {
      clock = starts[i] as number
      end = ends[i] as number
      i++
    }
    const last = mergedEnds.length - 1
    if (last >= 0 && clock <= (mergedEnds[last] as number)) {
      if (end > (mergedEnds[last] as number)) mergedEnds[last] = end
    } else {
      mergedStarts.push(clock)
      mergedEnds.push(end)
    }
  }
  ranges.starts = mergedStarts
  ranges.ends = mergedEnds
}

/**
 * Reads the delete set at the end of an update. Yjs sorts and joins the ranges of a client in all versions, but wrote the clients
 * in any order before 13.5. Overlapping ranges are refused: a Yjs that has to keep them pending
 * writes them as negative differences, which read back as other ranges.
 */
export function readDeletions(reader: Reader, limits: UpdateLimits): readonly ClockRange[] {
  const clientCount = readCount(reader, 2)
  if (clientCount === 0) return NOTHING
  if (clientCount > limits.maxClients) throw new MalformedError('too many clients')
  const deletions: ClockRange[] = []
  const seen = clientCount > 1 ? new Set<number>() : undefined
  let rangeCount = 0
  for (let i = 0; i < clientCount; i++) {
    const client = readVarUint(reader)
    if (seen !== undefined && seen.size === seen.add(client).size) throw new MalformedError('client named twice')
    const count = readCount(reader, 2)
    rangeCount += count
    if (rangeCount > limits.maxDeleteRanges) throw new MalformedError('too many delete ranges')
    let start = 0
    let end = -1
    for (let j = 0; j < count; j++) {
      const clock = readVarUint(reader)
      const length = readVarUint(reader)
      if (length === 0) throw new MalformedError('delete range of length zero')
      if (clock < end) throw new MalformedError('delete ranges not in order')
      if (clock + length > MAX_CLOCK) throw new MalformedError('clock above 2^53 - 1')
      if (clock !== end) {
        if (end > 0) deletions.push({ client, clock: start, end })
        start = clock
      }
      end = clock + length
    }
    if (end > 0) deletions.push({ client, clock: start, end })
  }
  return deletions
}
