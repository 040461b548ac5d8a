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
    encoding.writeUint8Array(encoder, columnsOf(rowsOfTimes(updates), TIME_BYTES))
    for (const { update } of updates) encoding.writeVarUint(encoder, update.length)
    for (const [length, places] of byLength(updates.map(({ update }) => update.length))) {
      const rows = new Uint8Array(places.length * length)
      for (const [row, place] of places.entries()) rows.set((updates[place] as LoggedUpdate).update, row * length)
      encoding.writeUint8Array(encoder, columnsOf(rows, length))
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
  const times = timesOf(take(count * TIME_BYTES), count)
  const lengths = Array.from({ length: count }, () => decoding.readVarUint(decoder))
  const updates: Uint8Array[] = Array.from({ length: count })
  for (const [length, places] of byLength(lengths)) {
    const rows = rowsOf(take(places.length * length), places.length)
    for (const [row, place] of places.entries()) updates[place] = rows.subarray(row * length, (row + 1) * length)
  }
  if (decoder.pos !== body.length) throw new Error('it holds more than it claims')
  return updates.map((update, index) => {
    const time = times[index] as number
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

/** The rows one after the other, as the columns of them. */
function columnsOf(rows: Uint8Array, width: number): Uint8Array {
  const count = width === 0 ? 0 : rows.length / width
  const columns = new Uint8Array(rows.length)
  for (let index = 0, from = 0; index < count; index++) {
    for (let to = index; to < rows.length; to += count) columns[to] = rows[from++] as number
  }
  return columns
}

/** And back; of their own memory, whatever becomes of `columns`. */
function rowsOf(columns: Uint8Array, count: number): Uint8Array {
  const rows = new Uint8Array(columns.length)
  for (let index = 0, to = 0; index < count; index++) {
    for (let from = index; from < columns.length; from += count) rows[to++] = columns[from] as number
  }
  return rows
}

function rowsOfTimes(updates: readonly LoggedUpdate[]): Uint8Array {
  const rows = new DataView(new ArrayBuffer(updates.length * TIME_BYTES))
  for (const [index, { time }] of updates.entries()) rows.setFloat64(index * TIME_BYTES, time)
  return new Uint8Array(rows.buffer)
}

function timesOf(columns: Uint8Array, count: number): number[] {
  const rows = new DataView(rowsOf(columns, count).buffer)
  return Array.from({ length: count }, (_, index) => rows.getFloat64(index * TIME_BYTES))
}
