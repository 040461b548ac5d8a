/**
 * JSON text, checked in place.
 *
 * Owns: whether bytes are exactly one JSON text (RFC 8259) that is not nested too deeply.
 * Does not own: what it says; nothing is parsed into values.
 * Always holds: accepts what `JSON.parse` accepts and nothing else, up to the depth; does not recurse.
 * Why not JSON.parse itself: it needs a string first, builds whatever the sender likes, and does
 * not bound the depth that JSON.stringify later overflows at.
 */
import { MalformedError } from './errors.js'
import { skipUtf8, type Reader } from './update-reader.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const MINUS = 0x2d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

const notJson = (): MalformedError => new MalformedError('text is not JSON')

/**
 * Steps over the JSON text between the reader's position and `end`.
 * @returns the first byte of the value: `{` for an object, `n` for null, and so on.
 * @throws MalformedError when it is not UTF-8, not JSON, or nested more than `maxDepth` levels.
 */
export function skipJson(reader: Reader, end: number, maxDepth: number): number {
  const bytes = reader.bytes
  const start = reader.pos
  skipUtf8(reader, end) // from here on only the grammar matters; a byte above 0x7f can only stand in a string
  let pos = skipSpace(bytes, start, end)
  const first = byteAt(bytes, pos, end)
  /** Closing bytes of the containers that are open, innermost last. */
  const open: number[] = []
  for (;;) {
    // A value begins at pos.
    const byte = byteAt(bytes, pos, end)
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (open.length === maxDepth) throw new MalformedError('value nested too deeply')
      const close = byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY
      open.push(close)
      pos = skipSpace(bytes, pos + 1, end)
      if (byteAt(bytes, pos, end) !== close) {
        if (close === CLOSE_OBJECT) pos = skipKey(bytes, pos, end)
        continue
      }
      // An empty container: its closing byte is dealt with below.
    } else {
      pos = skipSpace(bytes, skipScalar(bytes, byte, pos, end), end)
    }
    // After a value: close what closes, then a comma brings the next one.
    while (open.length > 0 && byteAt(bytes, pos, end) === open[open.length - 1]) {
      open.pop()
      pos = skipSpace(bytes, pos + 1, end)
    }
    if (open.length === 0) {
      if (pos !== end) throw notJson()
      return first
    }
    if (byteAt(bytes, pos, end) !== COMMA) throw notJson()
    pos = skipSpace(bytes, pos + 1, end)
    if (open[open.length - 1] === CLOSE_OBJECT) pos = skipKey(bytes, pos, end)
  }
}

/** @throws MalformedError when these bytes are not exactly one JSON text in UTF-8, or it is nested more than `maxDepth` levels */
export function requireJson(bytes: Uint8Array, maxDepth: number): void {
  skipJson({ bytes, pos: 0 }, bytes.length, maxDepth)
}

/** The byte at a place, 0 at the end: no JSON text goes on with a NUL, so 0 fits nowhere. */
const byteAt = (bytes: Uint8Array, pos: number, end: number): number => (pos < end ? (bytes[pos] as number) : 0)

function skipSpace(bytes: Uint8Array, from: number, end: number): number {
  let pos = from
  while (pos < end) {
    const byte = bytes[pos]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break
    pos++
  }
  return pos
}

function skipKey(bytes: Uint8Array, from: number, end: number): number {
  if (byteAt(bytes, from, end) !== QUOTE) throw notJson()
  const pos = skipSpace(bytes, skipString(bytes, from + 1, end), end)
  if (byteAt(bytes, pos, end) !== COLON) throw notJson()
  return skipSpace(bytes, pos + 1, end)
}

function skipScalar(bytes: Uint8Array, first: number, pos: number, end: number): number {
  if (first === QUOTE) return skipString(bytes, pos + 1, end)
  if (first === MINUS || isDigit(first)) return skipNumber(bytes, pos, end)
  if (first === 0x74) return skipWord(bytes, pos, end, 'true')
  if (first === 0x66) return skipWord(bytes, pos, end, 'false')
  if (first === 0x6e) return skipWord(bytes, pos, end, 'null')
  throw notJson()
}

function skipWord(bytes: Uint8Array, pos: number, end: number, word: string): number {
  if (!isWord(bytes, pos, Math.min(end, pos + word.length), word)) throw notJson()
  return pos + word.length
}

/** Whether these bytes are this ASCII word and nothing more. */
export function isWord(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false
  for (let i = 0; i < word.length; i++) {
    if (bytes[start + i] !== word.charCodeAt(i)) return false
  }
  return true
}

/** @returns the place after the closing quote. */
function skipString(bytes: Uint8Array, from: number, end: number): number {
  let pos = from
  while (pos < end) {
    const byte = bytes[pos++] as number
    if (byte === QUOTE) return pos
    if (byte < 0x20) throw notJson()
    if (byte === BACKSLASH) {
      const escape = byteAt(bytes, pos++, end)
      if (escape === 0x75) {
        for (let i = 0; i < 4; i++) if (!isHexDigit(byteAt(bytes, pos++, end))) throw notJson()
      } else if (!isEscape(escape)) throw notJson()
    }
  }
  throw notJson()
}

/** One of `" \ / b f n r t`. */
const isEscape = (byte: number): boolean =>
  byte === QUOTE || byte === BACKSLASH || byte === 0x2f || byte === 0x62 || byte === 0x66 ||
  byte === 0x6e || byte === 0x72 || byte === 0x74

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

const isHexDigit = (byte: number): boolean => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)

function skipNumber(bytes: Uint8Array, from: number, end: number): number {
  let pos = byteAt(bytes, from, end) === MINUS ? from + 1 : from
  if (byteAt(bytes, pos, end) === 0x30) pos++
  else pos = skipDigits(bytes, pos, end)
  if (byteAt(bytes, pos, end) === 0x2e) pos = skipDigits(bytes, pos + 1, end)
  if ((byteAt(bytes, pos, end) | 0x20) === 0x65) {
    pos++
    const sign = byteAt(bytes, pos, end)
    if (sign === MINUS || sign === 0x2b) pos++
    pos = skipDigits(bytes, pos, end)
  }
  return pos
}

function skipDigits(bytes: Uint8Array, from: number, end: number): number {
  let pos = from
  while (isDigit(byteAt(bytes, pos, end))) pos++
  if (pos === from) throw notJson()
  return pos
}
