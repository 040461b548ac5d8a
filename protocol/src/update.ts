/**
 * The one door: what is let in as a Yjs update (format v1), and what it says about itself.
 *
 * Owns: the strict single-pass reading of an update, and the causality check against a state vector.
 * Does not own: item content (item-content.ts), order and nesting (update-structure.ts), who may
 * write, or whether Yjs can really apply it: a worker proves that behind the door.
 * Always holds: does not recurse; allocates for what was read, never for what was claimed; throws
 * nothing but `MalformedError`; lets every update through that Yjs 13 itself writes.
 *
 * Source of the format: yjs 13.6 `utils/encoding.js`, `utils/updates.js`, `structs/*.js`.
 */
import { DeleteSet } from './delete-set.js'
import { MalformedError } from './errors.js'
import { skipContent, ContentRef } from './item-content.js'
import { MAX_CLOCK, UPDATE_LIMITS, type UpdateLimits } from './limits.js'
import type { StateVector } from './state-vector.js'
import { readByte, readCount, readText, readVarUint, skipText, type Reader } from './update-reader.js'
import { addToTrace, checkOrder, checkTypeDepth, newTrace, Via, type Block, type Trace } from './update-structure.js'

/** The clocks of one client from `clock` up to, not including, `end`. */
export interface ClockRange {
  readonly client: number
  readonly clock: number
  readonly end: number
}

/** What an update says about itself. */
export interface UpdateSummary {
  /** What it brings: one range for each client block, in the order of the update (clients descending). */
  readonly structs: readonly ClockRange[]
  /** What it builds on and does not bring: client to the state that must be known before it. */
  readonly needs: ReadonlyMap<number, number>
  /** What it deletes; ranges that touch are joined. */
  readonly deletions: readonly ClockRange[]
  /** Names of the root types that it writes into by name. */
  readonly roots: readonly string[]
  /** Whether it has holes (Skip structs, as `Y.mergeUpdates` leaves them). Such an update is never canonical. */
  readonly incomplete: boolean
  /** Offset in bytes at which its delete set begins. */
  readonly structsEnd: number
}

/** Bits of an item's info byte above the content reference. */
const HAS_ORIGIN = 0x80
const HAS_RIGHT_ORIGIN = 0x40
const HAS_PARENT_SUB = 0x20
const CONTENT_REF = 0x1f

const GC = 0
const SKIP = 10

const NOTHING: readonly never[] = []

/** What one reading of an update has learnt so far. */
interface Inspection {
  readonly reader: Reader
  readonly limits: UpdateLimits
  /** Client to the highest end of what is referred to, in blocks of other clients. */
  readonly needs: Map<number, number>
  /** The entry of `needs` that changes most: references to one client come in runs. */
  needClient: number
  needEnd: number
  roots: string[] | undefined
  /** Root name that was read last, as a place in the bytes: it is nearly always the next one too. */
  rootStart: number
  rootEnd: number
  incomplete: boolean
  structs: number
  types: number
  subdocuments: number
  /** Only where order or nesting can be wrong at all. */
  readonly trace: Trace | undefined
}

/**
 * Reads an update from end to end.
 * @throws MalformedError naming the rule broken, when it is not the canonical, bounded form.
 */
export function inspectUpdate(update: Uint8Array, limits: UpdateLimits = UPDATE_LIMITS): UpdateSummary {
  const reader: Reader = { bytes: update, pos: 0 }
  const blockCount = readCount(reader, 4)
  if (blockCount > limits.maxClients) throw new MalformedError('too many clients')
  const inspection: Inspection = {
    reader,
    limits,
    needs: new Map(),
    needClient: -1,
    needEnd: 0,
    roots: undefined,
    rootStart: 0,
    rootEnd: 0,
    incomplete: false,
    structs: 0,
    types: 0,
    subdocuments: 0,
    // A type takes at least four bytes, so a short update cannot nest too many.
    trace: blockCount > 1 || update.length > 4 * limits.maxTypeDepth ? newTrace() : undefined,
  }
  const blocks: Block[] = []
  for (let i = 0; i < blockCount; i++) blocks.push(readBlock(inspection, blocks[i - 1]))
  flushNeed(inspection)
  const structsEnd = reader.pos
  const deletions = readDeletions(reader, limits)
  if (reader.pos !== update.length) throw new MalformedError('bytes after the end of the update')
  settleNeeds(inspection.needs, blocks)
  if (inspection.trace !== undefined) {
    if (blocks.length > 1) checkOrder(blocks, inspection.trace)
    if (inspection.types > limits.maxTypeDepth) checkTypeDepth(blocks, inspection.trace, limits.maxTypeDepth)
  }
  return {
    structs: blocks,
    needs: inspection.needs,
    deletions,
    roots: inspection.roots ?? NOTHING,
    incomplete: inspection.incomplete,
    structsEnd,
  }
}

/** One client's structs. Yjs writes higher clients first, each once; it keeps only the last of two blocks. */
function readBlock(inspection: Inspection, previous: Block | undefined): Block {
  const { reader, limits, trace } = inspection
  const count = readCount(reader, 2)
  if (count === 0) throw new MalformedError('client block without structs')
  inspection.structs += count
  if (inspection.structs > limits.maxStructs) throw new MalformedError('too many structs')
  const client = readVarUint(reader)
  if (previous !== undefined && client >= previous.client) throw new MalformedError('client blocks not in order')
  const start = readVarUint(reader)
  const firstTraced = trace === undefined ? 0 : trace.clock.length
  let clock = start
  for (let i = 0; i < count; i++) {
    const info = readByte(reader)
    const contentRef = info & CONTENT_REF
    let length: number
    if (contentRef === GC || contentRef === SKIP) {
      if (info !== contentRef) throw new MalformedError('stray bits in a struct without content')
      length = readVarUint(reader)
      if (length === 0) throw new MalformedError('struct of length zero')
      if (contentRef === SKIP) inspection.incomplete = true
      if (trace !== undefined) addToTrace(trace, clock, Via.nothing, false, 0, 0, -1, 0)
    } else {
      length = readItem(inspection, client, clock, info)
    }
    clock += length
    if (clock > MAX_CLOCK) throw new MalformedError('clock above 2^53 - 1')
  }
  return { client, clock: start, end: clock, firstTraced, traced: count }
}

/** @returns the item's length in clocks. */
function readItem(inspection: Inspection, client: number, clock: number, info: number): number {
  const { reader, limits, trace } = inspection
  const contentRef = info & CONTENT_REF
  let via: number = Via.nothing
  let viaClient = 0
  let viaClock = 0
  let rightClient = -1
  let rightClock = 0
  if ((info & HAS_ORIGIN) !== 0) {
    via = Via.sibling
    viaClient = readVarUint(reader)
    viaClock = readVarUint(reader)
    refer(inspection, client, clock, viaClient, viaClock)
  }
  if ((info & HAS_RIGHT_ORIGIN) !== 0) {
    rightClient = readVarUint(reader)
    rightClock = readVarUint(reader)
    refer(inspection, client, clock, rightClient, rightClock)
  }
  if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) === 0) {
    const parentIsRoot = readVarUint(reader)
    if (parentIsRoot === 1) {
      readRoot(inspection)
    } else if (parentIsRoot === 0) {
      via = Via.parent
      viaClient = readVarUint(reader)
      viaClock = readVarUint(reader)
      refer(inspection, client, clock, viaClient, viaClock)
    } else throw new MalformedError('unknown kind of parent')
    if ((info & HAS_PARENT_SUB) !== 0) skipText(reader)
  }
  const isType = contentRef === ContentRef.type
  if (isType) inspection.types++
  if (contentRef === ContentRef.doc && ++inspection.subdocuments > limits.maxSubdocuments) {
    throw new MalformedError('too many subdocuments')
  }
  if (trace !== undefined) addToTrace(trace, clock, via, isType, viaClient, viaClock, rightClient, rightClock)
  return skipContent(reader, contentRef, limits)
}

/** Notes a reference. One to the item's own client must lie before the item: Yjs throws or loops otherwise. */
function refer(inspection: Inspection, ownClient: number, ownClock: number, client: number, clock: number): void {
  if (client === ownClient) {
    if (clock >= ownClock) throw new MalformedError('reference to itself or to its own future')
    return
  }
  if (client !== inspection.needClient) {
    flushNeed(inspection)
    inspection.needClient = client
    inspection.needEnd = inspection.needs.get(client) ?? 0
  }
  if (clock === MAX_CLOCK) throw new MalformedError('clock above 2^53 - 1')
  if (clock >= inspection.needEnd) inspection.needEnd = clock + 1
}

function flushNeed(inspection: Inspection): void {
  if (inspection.needClient >= 0) inspection.needs.set(inspection.needClient, inspection.needEnd)
}

/** Takes out what the update itself brings, and puts in that each block must join on. */
function settleNeeds(needs: Map<number, number>, blocks: readonly Block[]): void {
  for (const { client, clock, end } of blocks) {
    const need = needs.get(client)
    if (need !== undefined && need > end) continue // beyond its end, so beyond its start
    if (clock > 0) needs.set(client, clock)
    else if (need !== undefined) needs.delete(client)
  }
}

function readRoot(inspection: Inspection): void {
  const { reader, limits, rootStart, rootEnd } = inspection
  const start = reader.pos
  if (rootEnd > rootStart && sameBytes(reader.bytes, rootStart, rootEnd, start)) {
    reader.pos = start + rootEnd - rootStart // length and bytes are those of the name read before
    return
  }
  const name = readText(reader)
  inspection.rootStart = start
  inspection.rootEnd = reader.pos
  // The length takes one byte up to 127 and two from there on; the limit is about the name.
  if (reader.pos - start > limits.maxRootNameBytes + (reader.pos - start > 128 ? 2 : 1)) {
    throw new MalformedError('name of a root type too long')
  }
  const roots = (inspection.roots ??= [])
  if (roots.includes(name)) return
  if (roots.length === limits.maxRootTypes) throw new MalformedError('too many root types')
  roots.push(name)
}

function sameBytes(bytes: Uint8Array, start: number, end: number, other: number): boolean {
  for (let i = start, j = other; i < end; i++, j++) {
    if (bytes[i] !== bytes[j]) return false // undefined beyond the end equals no byte
  }
  return true
}

/**
 * The delete set. Yjs sorts and joins the ranges of a client in all versions, but wrote the clients
 * in any order before 13.5. Overlapping ranges are refused: a Yjs that has to keep them pending
 * writes them as negative differences, which read back as other ranges.
 */
function readDeletions(reader: Reader, limits: UpdateLimits): readonly ClockRange[] {
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

/**
 * Whether a document with this state cannot take the update in whole: it begins beyond what is
 * known, builds on or deletes what is neither known nor part of it, or has holes.
 */
export function hasGap(summary: UpdateSummary, known: ReadonlyMap<number, number>): boolean {
  if (summary.incomplete) return true
  for (const [client, end] of summary.needs) {
    if ((known.get(client) ?? 0) < end) return true
  }
  let client = -1
  let reach = 0
  for (const deletion of summary.deletions) {
    if (deletion.client !== client) {
      client = deletion.client
      reach = Math.max(known.get(client) ?? 0, ownEnd(summary.structs, client))
    }
    if (deletion.end > reach) return true
  }
  return false
}

/** Where this client's block ends; 0 without one. Blocks are in descending order. */
function ownEnd(structs: readonly ClockRange[], client: number): number {
  let low = 0
  let high = structs.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const block = structs[middle] as ClockRange
    if (block.client === client) return block.end
    if (block.client > client) low = middle + 1
    else high = middle - 1
  }
  return 0
}

/** The same structs, byte for byte, with another delete set (in any order; it is written as Yjs would). */
export function withDeletions(
  update: Uint8Array,
  summary: UpdateSummary,
  deletions: readonly ClockRange[],
): Uint8Array {
  const encoded = DeleteSet.of(deletions).encode()
  const result = new Uint8Array(summary.structsEnd + encoded.length)
  result.set(update.subarray(0, summary.structsEnd))
  result.set(encoded, summary.structsEnd)
  return result
}

/** Takes the update's structs into a state. Only for an update without a gap against it. */
export function advance(known: StateVector, summary: UpdateSummary): void {
  for (const { client, end } of summary.structs) {
    if (end > (known.get(client) ?? 0)) known.set(client, end)
  }
}
