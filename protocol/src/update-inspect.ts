/**
 * The one door: what is let in as a Yjs update (format v1).
 *
 * Owns: the strict single-pass reading of an update, from its first byte to its last.
 * Does not own: item content (item-content.ts), order and nesting (update-structure.ts), causality
 * (update.ts), or whether Yjs can really apply it: a worker proves that behind the door.
 * Always holds: does not recurse; allocates for what was read, never for what was claimed; throws
 * nothing but `MalformedError`; lets every update through that Yjs 13 itself writes.
 *
 * Source of the format: yjs 13.6 `utils/encoding.js`, `utils/updates.js`, `structs/*.js`.
 */
import { readDeletions } from './delete-set.js'
import { MalformedError } from './errors.js'
import { ContentRef, skipContent } from './item-content.js'
import { MAX_CLOCK, STORED_UPDATE_LIMITS, UPDATE_LIMITS, type UpdateLimits } from './limits.js'
import {
  decodeText, readByte, readByteLength, readCount, readVarUint, skipText, skipUtf8, type Reader,
} from './update-reader.js'
import type { UpdateSummary } from './update.js'
import { type ClientBlock, MARK_EVERY } from './update-pieces.js'
import { addToTrace, checkOrder, checkTypeDepth, newTrace, Via, type Trace } from './update-structure.js'

/** Bits of an item's info byte above the content reference. */
const HAS_ORIGIN = 0x80
const HAS_RIGHT_ORIGIN = 0x40
const HAS_PARENT_SUB = 0x20
const CONTENT_REF = 0x1f

const GC = 0
const SKIP = 10

const NO_ROOTS: ReadonlySet<string> = new Set()

/** What one reading of an update has learnt so far. */
interface Inspection {
  readonly reader: Reader
  readonly limits: UpdateLimits
  /** Client to the highest end of what is referred to, in blocks of other clients. */
  readonly needs: Map<number, number>
  /** The entry of `needs` that changes most: references to one client come in runs. */
  needClient: number
  needEnd: number
  roots: Set<string> | undefined
  /** Root name that was read last, as a place in the bytes: it is nearly always the next one too. */
  rootStart: number
  rootEnd: number
  incomplete: boolean
  structs: number
  types: number
  subdocuments: number
  /** Only where order or nesting can be wrong at all. */
  readonly trace: Trace | undefined
  readonly marks: number[] | undefined
}

const newInspection = (reader: Reader, limits: UpdateLimits, trace: Trace | undefined, marks: number[] | undefined): Inspection => ({
  reader, limits, trace, marks,
  needs: new Map(), needClient: -1, needEnd: 0,
  roots: undefined, rootStart: 0, rootEnd: -1,
  incomplete: false, structs: 0, types: 0, subdocuments: 0,
})

/**
 * Reads an update from end to end.
 * @throws MalformedError naming the rule broken, when it is not the canonical, bounded form.
 */
export function inspectUpdate(update: Uint8Array, limits: UpdateLimits = UPDATE_LIMITS): UpdateSummary {
  const reader: Reader = { bytes: update, pos: 0 }
  const blockCount = readCount(reader, 4)
  if (blockCount > limits.maxClients) throw new MalformedError('too many clients')
  // A type takes at least four bytes, so a short update cannot nest too many.
  const trace = blockCount > 1 || update.length > 4 * limits.maxTypeDepth ? newTrace() : undefined
  const inspection = newInspection(reader, limits, trace, undefined)
  const blocks = readBlocks(inspection, blockCount)
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
    roots: inspection.roots ?? NO_ROOTS,
    incomplete: inspection.incomplete,
    structsEnd,
  }
}

/**
 * Where the structs of stored bytes of one's own stand: what is behind them is not read, and their order and nesting
 * are not looked at, which takes eight numbers for each.
 * @param marks is given the places of structs, see `StructMarks`
 * @throws MalformedError when they cannot be read
 */
export function structsOf(update: Uint8Array, marks: number[]): ClientBlock[] {
  const reader: Reader = { bytes: update, pos: 0 }
  return readBlocks(newInspection(reader, STORED_UPDATE_LIMITS, undefined, marks), readCount(reader, 4))
}

function readBlocks(inspection: Inspection, count: number): ClientBlock[] {
  const blocks: ClientBlock[] = []
  for (let i = 0; i < count; i++) blocks.push(readBlock(inspection, blocks[i - 1]))
  flushNeed(inspection)
  return blocks
}

/** One client's structs. Yjs writes higher clients first, each once; it keeps only the last of two blocks. */
function readBlock(inspection: Inspection, previous: ClientBlock | undefined): ClientBlock {
  const { reader, limits, trace, marks } = inspection
  const count = readCount(reader, 2)
  if (count === 0) throw new MalformedError('client block without structs')
  inspection.structs += count
  if (inspection.structs > limits.maxStructs) throw new MalformedError('too many structs')
  const client = readVarUint(reader)
  if (previous !== undefined && client >= previous.client) throw new MalformedError('client blocks not in order')
  const start = readVarUint(reader)
  trace?.blockStarts.push(trace.clock.length)
  const from = reader.pos
  let clock = start
  for (let i = 0; i < count; i++) {
    if (marks !== undefined && i > 0 && i % MARK_EVERY === 0) marks.push(reader.pos, clock, i)
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
  return { client, clock: start, end: clock, count, from, to: reader.pos }
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
    // Two neighbours are never one. Yjs splits the item there and back, and throws when its parent is deleted.
    if (via === Via.sibling && rightClock === viaClock && rightClient === viaClient) {
      throw new MalformedError('origin and right origin are the same')
    }
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
function settleNeeds(needs: Map<number, number>, blocks: readonly ClientBlock[]): void {
  for (const { client, clock, end } of blocks) {
    const need = needs.get(client)
    if (need !== undefined && need > end) continue // beyond its end, so beyond its start
    if (clock > 0) needs.set(client, clock)
    else if (need !== undefined) needs.delete(client)
  }
}

function readRoot(inspection: Inspection): void {
  const { reader, limits, rootStart, rootEnd } = inspection
  const length = readByteLength(reader)
  const start = reader.pos
  if (length === rootEnd - rootStart && sameBytes(reader.bytes, rootStart, rootEnd, start)) {
    reader.pos = start + length
    return
  }
  if (length > limits.maxRootNameBytes) throw new MalformedError('name of a root type too long')
  skipUtf8(reader, start + length)
  inspection.rootStart = start
  inspection.rootEnd = start + length
  const roots = (inspection.roots ??= new Set())
  roots.add(decodeText(reader.bytes, start, start + length))
  if (roots.size > limits.maxRootTypes) throw new MalformedError('too many root types')
}

function sameBytes(bytes: Uint8Array, start: number, end: number, other: number): boolean {
  for (let i = start, j = other; i < end; i++, j++) {
    if (bytes[i] !== bytes[j]) return false
  }
  return true
}
