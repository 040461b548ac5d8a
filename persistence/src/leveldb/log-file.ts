/**
 * LevelDB's log format: the .log files and the MANIFEST.
 *
 * Owns: cutting such a file into its records, the sound and the spoilt, and making one.
 * Does not own: what a record means (batch.ts, manifest.ts).
 * Always holds: reading never throws, whatever the bytes; a record is `sound` only when every checksum in
 * it fits; the pieces come in order and no two overlap.
 *
 * A file is blocks of 32 KiB. A record lies in one or several pieces, none across a block:
 * checksum (u32, masked, over type and content) · length (u16) · type (1 whole, 2 first, 3 middle, 4 last) · content.
 * LevelDB itself drops the rest of a block at the first bad checksum, 200 to 300 keys for one flipped bit,
 * and tells nobody. Here only the piece that was hit is given up.
 */
import { u32At, putU32 } from './bytes.js'
import { crc32c, masked } from './crc32c.js'

const BLOCK_BYTES = 32_768
const HEADER_BYTES = 7
const WHOLE = 1
const FIRST = 2
const MIDDLE = 3
const LAST = 4

export interface LogPiece {
  /**
   * `sound`: as it was written. `spoilt`: hit by damage. `tail`: spoilt or cut short, and nothing sound
   * comes after: a write that a crash interrupted looks like this, and so does damage at the very end.
   */
  readonly state: 'sound' | 'spoilt' | 'tail'
  /** Where it lies in the file. */
  readonly from: number
  readonly to: number
  /** The content, as far as it is there. */
  readonly content: Uint8Array
}

interface Physical {
  readonly sound: boolean
  readonly type: number
  readonly from: number
  readonly to: number
  readonly content: Uint8Array
}

export function readLog(file: Uint8Array): LogPiece[] {
  const pieces: LogPiece[] = []
  let parts: Physical[] = []
  const finish = (state: LogPiece['state']): void => {
    const [first, last] = [parts[0], parts.at(-1)]
    if (first === undefined || last === undefined) return
    const content = parts.length === 1 ? first.content : Buffer.concat(parts.map((part) => part.content))
    pieces.push({ state, from: first.from, to: last.to, content })
    parts = []
  }
  const stateOfParts = (): LogPiece['state'] =>
    parts.every(({ sound }) => sound) && parts[0]?.type === FIRST ? 'sound' : 'spoilt'
  for (const physical of physicals(file)) {
    if (physical.sound && (physical.type === WHOLE || physical.type === FIRST)) finish('spoilt')
    parts.push(physical)
    if (physical.sound && physical.type === WHOLE) finish('sound')
    else if (physical.sound && physical.type === LAST) finish(stateOfParts())
    else if (!physical.sound && parts.length === 1 && physical.type !== FIRST) finish('spoilt')
  }
  finish('spoilt')
  return withTail(pieces)
}

/** All that is spoilt behind the last sound record is one tail. */
function withTail(pieces: readonly LogPiece[]): LogPiece[] {
  const last = pieces.findLastIndex(({ state }) => state === 'sound')
  const end = pieces.slice(last + 1)
  const [first, final] = [end[0], end.at(-1)]
  if (first === undefined || final === undefined) return [...pieces]
  const content = end.length === 1 ? first.content : Buffer.concat(end.map((piece) => piece.content))
  return [...pieces.slice(0, last + 1), { state: 'tail', from: first.from, to: final.to, content }]
}

function* physicals(file: Uint8Array): Generator<Physical> {
  let at = 0
  while (at < file.length) {
    const left = BLOCK_BYTES - (at % BLOCK_BYTES)
    if (left < HEADER_BYTES) {
      at += left
      continue
    }
    const sound = soundAt(file, at)
    if (sound !== undefined) {
      yield sound
      at = sound.to
      continue
    }
    const next = nextSound(file, at) ?? file.length
    // Zeros up to the end are room that was reserved and never used.
    if (next === file.length && isZero(file, at)) return
    const from = Math.min(at + HEADER_BYTES, next)
    yield { sound: false, type: file[at + 6] ?? 0, from: at, to: next, content: file.subarray(from, next) }
    at = next
  }
}

function soundAt(file: Uint8Array, at: number): Physical | undefined {
  if (at + HEADER_BYTES > file.length) return undefined
  const type = file[at + 6] as number
  const to = endOf(file, at)
  if (type < WHOLE || type > LAST || to === undefined) return undefined
  if (masked(crc32c(file, 0, at + 6, to)) !== u32At(file, at)) return undefined
  return { sound: true, type, from: at, to, content: file.subarray(at + HEADER_BYTES, to) }
}

/** Where the piece that begins here says that it ends; undefined when that is no place in this block. */
function endOf(file: Uint8Array, at: number): number | undefined {
  const to = at + HEADER_BYTES + ((file[at + 4] as number) | ((file[at + 5] as number) << 8))
  return to > file.length || to - at > BLOCK_BYTES - (at % BLOCK_BYTES) ? undefined : to
}

/** First where the spoilt piece says that it ends, which is right unless its header was hit; then everywhere. */
function nextSound(file: Uint8Array, spoilt: number): number | undefined {
  if (spoilt + HEADER_BYTES <= file.length) {
    const claimed = endOf(file, spoilt)
    const left = claimed === undefined ? 0 : BLOCK_BYTES - (claimed % BLOCK_BYTES)
    const next = claimed !== undefined && left < HEADER_BYTES ? claimed + left : claimed
    if (next !== undefined && next < file.length && soundAt(file, next) !== undefined) return next
  }
  for (let at = spoilt + 1; at + HEADER_BYTES <= file.length; at++) {
    if (soundAt(file, at) !== undefined) return at
  }
  return undefined
}

function isZero(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false
  return true
}

/** A file of these records. */
export function writeLog(records: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = []
  let length = 0
  const put = (part: Uint8Array): void => {
    parts.push(part)
    length += part.length
  }
  for (const record of records) {
    let at = 0
    let begins = true
    do {
      let left = BLOCK_BYTES - (length % BLOCK_BYTES)
      if (left < HEADER_BYTES) {
        put(new Uint8Array(left))
        left = BLOCK_BYTES
      }
      const to = Math.min(record.length, at + left - HEADER_BYTES)
      const ends = to === record.length
      put(piece(record.subarray(at, to), begins && ends ? WHOLE : begins ? FIRST : ends ? LAST : MIDDLE))
      at = to
      begins = false
    } while (at < record.length)
  }
  return Buffer.concat(parts)
}

function piece(content: Uint8Array, type: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + content.length)
  bytes[4] = content.length & 0xff
  bytes[5] = content.length >>> 8
  bytes[6] = type
  bytes.set(content, HEADER_BYTES)
  putU32(bytes, 0, masked(crc32c(bytes, 0, 6)))
  return bytes
}
