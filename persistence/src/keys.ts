/**
 * The keys of the LevelDB layout, format 2.
 *
 * Owns: how a kind, a document name and a sequence become one key, and back.
 * Does not own: values (records.ts, log-records.ts).
 * Always holds: keys compare bytewise as (kind, name in UTF-8, sequence) do, and no key of one
 * document begins with the keys of another, whatever the names.
 *
 * key = kind (1 byte) · escaped name · sequence (u64, big-endian) · for a log record of many updates, of which the
 * sequence is that of the last, their number (u32, big-endian) and their form (1 byte) · for quarantine the kind it
 * came from. So the key alone tells what is missing with a record that cannot be read.
 * escaped name = its UTF-8 bytes with 00 written as 00 FF, then 00 01. The terminator sorts before every
 * continuation (00 FF and all other bytes), so `a` < `a\0` < `a/`, as their bytes do; a length
 * prefix would be as unambiguous but would sort by length first, and `list` promises bytewise order.
 */

/** First byte of every key. New kinds may be added; these never change their meaning. */
export const Kind = {
  format: 0x01,
  head: 0x02,
  log: 0x03,
  snapshot: 0x04,
  quarantine: 0x05,
  /** Written and overwritten to find out whether writing works. */
  probe: 0x06,
  /** How far the clients of erased lineages of a document had got; with a document that was created explicitly, too. */
  former: 0x07,
  /** An erasure of which bytes may still lie in some file. */
  purge: 0x08,
  /** What a document held after the update of this number. */
  restorePoint: 0x09,
} as const

export type KindOfDocument = Exclude<(typeof Kind)[keyof typeof Kind], typeof Kind.format | typeof Kind.probe>

const kinds: ReadonlySet<number | undefined> = new Set(Object.values(Kind))

/** Whether keys of ours may begin with this byte. */
export const isKind = (byte: number | undefined): byte is (typeof Kind)[keyof typeof Kind] => kinds.has(byte)

const SEQUENCE_BYTES = 8
/** Number of updates and form. */
const MANY_BYTES = 5

/**
 * How the updates of a log record lie in it. Format 1 has `one` alone. `block`: what came with one append. `pack`: what
 * a snapshot covers, to be kept small.
 */
export const Form = { one: 0, block: 1, pack: 2 } as const

/** The first and the last of updates that follow on each other. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Which updates a log record holds. */
export interface Span extends Stretch {
  readonly form: (typeof Form)[keyof typeof Form]
}
const utf8 = new TextEncoder()
const utf8Strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const FORMAT_KEY: Uint8Array = Uint8Array.of(Kind.format)
export const PROBE_KEY: Uint8Array = Uint8Array.of(Kind.probe)

/** The start that all keys of this kind and document share; for a head, a former and a purge it is the whole key. */
export function documentKey(kind: KindOfDocument, name: string): Uint8Array {
  const bytes = utf8.encode(name)
  let zeros = 0
  for (const byte of bytes) if (byte === 0) zeros++
  const key = new Uint8Array(1 + bytes.length + zeros + 2)
  key[0] = kind
  let at = 1
  for (const byte of bytes) {
    key[at++] = byte
    if (byte === 0) key[at++] = 0xff
  }
  key[at + 1] = 0x01 // key[at] is 0 already
  return key
}

/** The key of one record: `start` as `documentKey` gave it. */
export function recordKey(start: Uint8Array, sequence: number): Uint8Array {
  const key = new Uint8Array(start.length + SEQUENCE_BYTES)
  key.set(start)
  writeSequence(key, start.length, sequence)
  return key
}

/** The key of the log record that holds these. */
export function logKey(start: Uint8Array, { from, to, form }: Span): Uint8Array {
  if (form === Form.one) return recordKey(start, to)
  const key = new Uint8Array(start.length + SEQUENCE_BYTES + MANY_BYTES)
  key.set(recordKey(start, to))
  new DataView(key.buffer).setUint32(start.length + SEQUENCE_BYTES, to - from + 1)
  key[key.length - 1] = form
  return key
}

/** What a log record holds, by its key, which begins with `start`; undefined when that is none. */
export function spanOfKey(key: Uint8Array, start: Uint8Array): Span | undefined {
  const to = sequenceOfKey(key, start)
  if (to === undefined) return undefined
  const more = key.length - start.length - SEQUENCE_BYTES
  if (more === 0) return { from: to, to, form: Form.one }
  const form = key.at(-1)
  if (more !== MANY_BYTES || (form !== Form.block && form !== Form.pack)) return undefined
  const count = new DataView(key.buffer, key.byteOffset).getUint32(start.length + SEQUENCE_BYTES)
  return count >= 1 && count <= to ? { from: to - count + 1, to, form } : undefined
}

export const isPack = (key: Uint8Array): boolean => key[0] === Kind.log && partsOfKey(key)?.span?.form === Form.pack

/** Where a record put aside lives: beside its document, under its old place, so that two never collide. */
export function asideKey(key: Uint8Array): Uint8Array {
  const place = partsOfKey(key)?.sequence === undefined ? SEQUENCE_BYTES : 0
  const aside = new Uint8Array(key.length + place + 1)
  aside.set(key)
  aside[0] = Kind.quarantine
  aside[aside.length - 1] = key[0] as number
  return aside
}

/** The key that a record of the quarantine had before. */
export function keyBeforeAside(aside: Uint8Array): Uint8Array {
  // Not `slice`: of a Buffer that is a view.
  const key = new Uint8Array(aside.subarray(0, -1))
  key[0] = aside.at(-1) as number
  return key
}

/** The sequence of a key that begins with `start`; undefined when what follows is none. */
export function sequenceOfKey(key: Uint8Array, start: Uint8Array): number | undefined {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength)
  if (key.length < start.length + SEQUENCE_BYTES) return undefined
  const sequence = view.getUint32(start.length) * 2 ** 32 + view.getUint32(start.length + 4)
  return Number.isSafeInteger(sequence) ? sequence : undefined
}

/** The document that a head key names; undefined when the bytes are no such key. */
export function nameOfHeadKey(key: Uint8Array): string | undefined {
  const bytes = new Uint8Array(key.length)
  let length = 0
  let at = 1
  for (; at < key.length; at++) {
    const byte = key[at] as number
    if (byte === 0) {
      if (key[at + 1] === 0x01) break
      if (key[at + 1] !== 0xff) return undefined
      at++
    }
    bytes[length++] = byte
  }
  if (at !== key.length - 2) return undefined
  try {
    return utf8Strict.decode(bytes.subarray(0, length))
  } catch {
    return undefined
  }
}

/** What a key says; undefined when it is none of a document. */
export interface KeyParts {
  readonly kind: KindOfDocument
  readonly name: string
  /** Absent for what a document has one of. */
  readonly sequence: number | undefined
  /** For the log, and what came from there: which updates it holds. */
  readonly span: Span | undefined
  /** For quarantine: the kind that it came from. */
  readonly cameFrom: number | undefined
}

export function partsOfKey(key: Uint8Array): KeyParts | undefined {
  const kind = key[0] as number
  if (!isKind(kind) || kind === Kind.format || kind === Kind.probe) return undefined
  let end = 1
  while (end < key.length && !(key[end] === 0 && key[end + 1] !== 0xff)) end += key[end] === 0 ? 2 : 1
  const start = key.subarray(0, end + 2)
  const name = nameOfHeadKey(start)
  if (name === undefined) return undefined
  if (kind === Kind.head || kind === Kind.former || kind === Kind.purge) {
    return key.length === start.length ? { kind, name, sequence: undefined, span: undefined, cameFrom: undefined } : undefined
  }
  const cameFrom = kind === Kind.quarantine ? key.at(-1) : undefined
  const before = kind === Kind.quarantine ? key.subarray(0, -1) : key
  const sequence = sequenceOfKey(before, start)
  if (sequence === undefined) return undefined
  const span = kind === Kind.log || cameFrom === Kind.log ? spanOfKey(before, start) : undefined
  const isWhole = span !== undefined || (before.length === start.length + SEQUENCE_BYTES && kind !== Kind.log)
  return isWhole ? { kind, name, sequence, span, cameFrom } : undefined
}

/**
 * The keys that begin with `start`, as a range. The byte behind `start` in a record key is the top
 * byte of a sequence, which stays below FF, so one FF more is past them all.
 */
export function rangeOf(start: Uint8Array): { gte: Uint8Array; lt: Uint8Array } {
  const end = new Uint8Array(start.length + 1)
  end.set(start)
  end[start.length] = 0xff
  return { gte: start, lt: end }
}

function writeSequence(key: Uint8Array, at: number, sequence: number): void {
  const view = new DataView(key.buffer)
  view.setUint32(at, Math.floor(sequence / 2 ** 32))
  view.setUint32(at + 4, sequence % 2 ** 32)
}
