/**
 * Many updates as one run of bytes, and back.
 *
 * Owns: the layout, and how many updates go into one. Does not own: keys, checksums, compression (log-records.ts).
 * Always holds: what comes back is exactly what was put in; nothing is allocated that follows a claimed number.
 *
 * body = authors (number · each a string) · for each update its author (0 for none) · all times (doubles) · for each
 * update its length · the bytes of the updates, those of equal length together.
 * Times and updates of equal length lie column by column: byte 0 of all, byte 1 of all, and so on. Keystrokes differ
 * in the low bytes of two clocks and in one letter, so most columns are all the same, and deflate makes of an update of 24 bytes
 * one byte, where it makes five of the same bytes one after the other (measured on a recorded session of 260,000 edits).
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { LogRecord } from './storage.js'

export type LoggedUpdate = Pick<LogRecord, 'update' | 'author' | 'time'>

/** Updates in one block at most. Twice as many would save a tenth of the bytes and cost twice the time to read one. */
export const BLOCK_UPDATES = 2_048
/** Bytes in one block at most, unless one update alone has more. */
export const BLOCK_BYTES = 256 * 1024

const TIME_BYTES = 8
/** What an update takes beside its own bytes and its author's, at most. */
const OVERHEAD_BYTES = 24

/** Fills blocks: told of one update after the other. */
export class BlockMeter {
  count = 0
  bytes = 0

  add({ update, author = '' }: LoggedUpdate): void {
    this.count++
    this.bytes += update.length + 3 * author.length + OVERHEAD_BYTES
  }

  /** Whether this block and that one fit into one. */
  fits({ count, bytes }: BlockMeter): boolean {
    return this.count + count <= BLOCK_UPDATES && this.bytes + bytes <= BLOCK_BYTES
  }
}

/** The same updates in portions of a block each. */
export function portionsOf<T extends LoggedUpdate>(updates: readonly T[]): T[][] {
  const portions: T[][] = []
  let meter = new BlockMeter()
  for (const update of updates) {
    const one = new BlockMeter()
    one.add(update)
    const current = portions.at(-1)
    if (current !== undefined && meter.fits(one)) current.push(update)
    else {
      portions.push([update])
      meter = new BlockMeter()
    }
    meter.add(update)
  }
  return portions
}

export function encodeBlock(updates: readonly LoggedUpdate[]): Uint8Array {
  const authors = new Map<string | undefined, number>([[undefined, 0]])
  for (const { author } of updates) if (!authors.has(author)) authors.set(author, authors.size)
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, authors.size - 1)
    for (const author of authors.keys()) if (author !== undefined) encoding.writeVarString(encoder, author)
    for (const { author } of updates) encoding.writeVarUint(encoder, authors.get(author) ?? 0)
    encoding.writeUint8Array(encoder, columnsOf(updates.map(({ time }) => bytesOfTime(time)), TIME_BYTES))
    for (const { update } of updates) encoding.writeVarUint(encoder, update.length)
    for (const [length, rows] of byLength(updates.map(({ update }) => update.length))) {
      encoding.writeUint8Array(encoder, columnsOf(rows.map((row) => (updates[row] as LoggedUpdate).update), length))
    }
  })
}

/** @throws Error when these are not the bytes of so many updates. */
export function decodeBlock(body: Uint8Array, count: number): LoggedUpdate[] {
  // Of author, time and length there is a byte of each at least.
  if (count * (TIME_BYTES + 2) > body.length) throw new Error('it is too short for what it claims to hold')
  const decoder = decoding.createDecoder(body)
  const take = (length: number): Uint8Array => {
    if (length > body.length - decoder.pos) throw new Error('it is cut short')
    decoder.pos += length
    return body.subarray(decoder.pos - length, decoder.pos)
  }
  const authors: (string | undefined)[] = [undefined]
  const others = decoding.readVarUint(decoder)
  for (let i = 0; i < others; i++) authors.push(utf8.decode(take(decoding.readVarUint(decoder))))
  const authorOf = Array.from({ length: count }, () => decoding.readVarUint(decoder))
  if (authorOf.some((author) => author >= authors.length)) throw new Error('it names an author that it does not have')
  const times = rowsOf(take(count * TIME_BYTES), count, TIME_BYTES)
  const lengths = Array.from({ length: count }, () => decoding.readVarUint(decoder))
  const updates: Uint8Array[] = Array.from({ length: count })
  for (const [length, places] of byLength(lengths)) {
    const rows = rowsOf(take(places.length * length), places.length, length)
    for (const [row, place] of places.entries()) updates[place] = rows[row] as Uint8Array
  }
  if (decoder.pos !== body.length) throw new Error('it holds more than it claims')
  return updates.map((update, index) => {
    const time = timeOfBytes(times[index] as Uint8Array)
    const author = authors[authorOf[index] ?? 0]
    return author === undefined ? { update, time } : { update, author, time }
  })
}

const utf8 = new TextDecoder()

/** The places of each length, in the order in which the lengths come. */
function byLength(lengths: readonly number[]): Map<number, number[]> {
  const places = new Map<number, number[]>()
  for (const [place, length] of lengths.entries()) {
    const same = places.get(length)
    if (same === undefined) places.set(length, [place])
    else same.push(place)
  }
  return places
}

function columnsOf(rows: readonly Uint8Array[], width: number): Uint8Array {
  const columns = new Uint8Array(rows.length * width)
  for (const [index, row] of rows.entries()) {
    for (let at = 0; at < width; at++) columns[at * rows.length + index] = row[at] as number
  }
  return columns
}

/** Rows of their own memory, whatever becomes of `columns`. */
function rowsOf(columns: Uint8Array, count: number, width: number): Uint8Array[] {
  const bytes = new Uint8Array(count * width)
  for (let index = 0; index < count; index++) {
    for (let at = 0; at < width; at++) bytes[index * width + at] = columns[at * count + index] as number
  }
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * width, (index + 1) * width))
}

function bytesOfTime(time: number): Uint8Array {
  const bytes = new Uint8Array(TIME_BYTES)
  new DataView(bytes.buffer).setFloat64(0, time)
  return bytes
}

const timeOfBytes = ({ buffer, byteOffset }: Uint8Array): number => new DataView(buffer, byteOffset).getFloat64(0)
