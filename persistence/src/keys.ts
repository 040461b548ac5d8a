/**
 * The keys of the LevelDB layout, format 1.
 *
 * Owns: how a kind, a document name and a sequence become one key, and back.
 * Does not own: values (records.ts).
 * Always holds: keys compare bytewise as (kind, name in UTF-8, sequence) do, and no key of one
 * document begins with the keys of another, whatever the names.
 *
 * key = kind (1 byte) · escaped name · sequence (u64, big-endian) · for quarantine the kind it came from.
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

/** Where a record put aside lives: beside its document, under its old place, so that two never collide. */
export function quarantineKey(name: string, kind: KindOfDocument, sequence: number): Uint8Array {
  const start = documentKey(Kind.quarantine, name)
  const key = new Uint8Array(start.length + SEQUENCE_BYTES + 1)
  key.set(start)
  writeSequence(key, start.length, sequence)
  key[key.length - 1] = kind
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
  const isOnly = kind === Kind.head || kind === Kind.former || kind === Kind.purge
  const tail = isOnly ? 0 : kind === Kind.quarantine ? SEQUENCE_BYTES + 1 : SEQUENCE_BYTES
  if (key.length !== start.length + tail) return undefined
  const sequence = isOnly ? undefined : sequenceOfKey(key, start)
  if (!isOnly && sequence === undefined) return undefined
  return { kind, name, sequence, cameFrom: kind === Kind.quarantine ? key.at(-1) : undefined }
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
