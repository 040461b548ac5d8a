/**
 * Reading numbers and text out of untrusted bytes: the primitives below the validators.
 *
 * Owns: variable-length integers, strict UTF-8, and the check that a claimed length is really there.
 * Does not own: what the numbers mean.
 * Always holds: nothing is read past the end, nothing is allocated, and only the shortest form of a
 * number passes. Text is measured, not decoded: Yjs counts clocks in UTF-16 units.
 *
 * Source of the number format: lib0 0.2 (`encoding.js`, `decoding.js`).
 */
import { MalformedError } from './errors.js'

/** A place in bytes. Plain data, so that functions of several files can move it. */
export interface Reader {
  readonly bytes: Uint8Array
  pos: number
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

const truncated = (): MalformedError => new MalformedError('truncated')

/** The next byte. @throws MalformedError at the end. */
export function readByte(reader: Reader): number {
  const byte = reader.bytes[reader.pos++]
  if (byte === undefined) throw truncated()
  return byte
}

/**
 * An unsigned integer of 7 bits a byte, least significant first.
 * @throws MalformedError when truncated, above 2^53 - 1, or longer than needed (lib0 never writes that).
 */
export function readVarUint(reader: Reader): number {
  const bytes = reader.bytes
  const first = bytes[reader.pos++]
  if (first === undefined) throw truncated()
  if (first < 0x80) return first
  return readContinuation(reader, first & 0x7f, 0x80)
}

/** Steps over a signed integer: a sign bit and 6 bits, then 7 bits a byte. The sign may stand on a zero. */
export function skipVarInt(reader: Reader): void {
  const first = readByte(reader)
  if (first >= 0x80) readContinuation(reader, first & 0x3f, 0x40)
}

function readContinuation(reader: Reader, low: number, firstUnit: number): number {
  let value = low
  for (let unit = firstUnit; unit < 2 ** 53; unit *= 0x80) {
    const byte = readByte(reader)
    value += (byte & 0x7f) * unit
    if (byte < 0x80) {
      if (byte === 0) throw new MalformedError('number not in its shortest form')
      if (value > Number.MAX_SAFE_INTEGER) throw new MalformedError('number above 2^53 - 1')
      return value
    }
  }
  throw new MalformedError('number above 2^53 - 1')
}

/** A count of things of at least `bytesEach` bytes, refused at once where the bytes for them are not there. */
export function readCount(reader: Reader, bytesEach: number): number {
  const count = readVarUint(reader)
  if (count * bytesEach > reader.bytes.length - reader.pos) throw truncated()
  return count
}

/** A length in bytes, followed by as many bytes; the position is left at the first of them. */
export const readByteLength = (reader: Reader): number => readCount(reader, 1)

/** Steps over bytes that follow their length. */
export function skipBytes(reader: Reader): void {
  const length = readByteLength(reader)
  reader.pos += length
}

/** Steps over a given number of bytes. */
export function skip(reader: Reader, length: number): void {
  if (length > reader.bytes.length - reader.pos) throw truncated()
  reader.pos += length
}

/**
 * Steps over text that follows its length in bytes.
 * @returns its length in UTF-16 units, as Yjs counts it.
 * @throws MalformedError where it is not strict UTF-8: lib0 decodes with `fatal: true`.
 */
export function skipText(reader: Reader): number {
  const length = readByteLength(reader)
  return skipUtf8(reader, reader.pos + length)
}

/** Bytes that are known to be UTF-8 as a string. A byte order mark stays, as in lib0. */
export const decodeText = (bytes: Uint8Array, start: number, end: number): string =>
  decoder.decode(bytes.subarray(start, end))

/** Steps over UTF-8 up to `end`, which must not lie beyond the bytes. @returns UTF-16 units. */
export function skipUtf8(reader: Reader, end: number): number {
  const bytes = reader.bytes
  let pos = reader.pos
  let units = 0
  while (pos < end) {
    const lead = bytes[pos++] as number
    units++
    if (lead < 0x80) continue
    // Table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF.
    let low = 0x80
    let high = 0xbf
    let more = 1
    if (lead < 0xc2) throw notUtf8()
    if (lead >= 0xe0) {
      more = 2
      if (lead === 0xe0) low = 0xa0
      else if (lead === 0xed) high = 0x9f
      else if (lead >= 0xf0) {
        more = 3
        units++
        if (lead === 0xf0) low = 0x90
        else if (lead === 0xf4) high = 0x8f
        else if (lead > 0xf4) throw notUtf8()
      }
    }
    if (end - pos < more) throw notUtf8()
    const second = bytes[pos++] as number
    if (second < low || second > high) throw notUtf8()
    while (--more > 0) {
      if (((bytes[pos++] as number) & 0xc0) !== 0x80) throw notUtf8()
    }
  }
  reader.pos = end
  return units
}

const notUtf8 = (): MalformedError => new MalformedError('text is not UTF-8')
