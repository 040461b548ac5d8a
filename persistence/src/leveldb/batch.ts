/**
 * LevelDB's write batches: what the records of a .log file hold.
 *
 * Owns: taking one apart, whole or damaged, and making one.
 * Does not own: whether a value is what was written under its key (records.ts knows).
 * Always holds: reading never throws.
 *
 * batch = sequence (u64) of its first entry · count (u32) · entries;
 * entry = 1 · key · value, or 0 · key (a deletion), key and value behind their lengths.
 */
import { ByteReader, putU32, putU64, u32At, u64At, varintBytes } from './bytes.js'

const HEADER_BYTES = 12
const DELETION = 0
const VALUE = 1

/** One change of one key. The same key may have many; the highest sequence holds. */
export interface Entry {
  readonly key: Uint8Array
  /** undefined for a deletion. */
  readonly value: Uint8Array | undefined
  /** LevelDB's own, over the whole database; nothing to do with a document's. */
  readonly sequence: number
}

/** @returns undefined unless it is whole, to the last byte. */
export function readBatch(content: Uint8Array): Entry[] | undefined {
  if (content.length < HEADER_BYTES) return undefined
  const sequence = u64At(content, 0)
  const count = u32At(content, 8)
  if (sequence === undefined) return undefined
  const reader = new ByteReader(content, HEADER_BYTES)
  const entries: Entry[] = []
  while (!reader.isAtEnd) {
    const entry = readEntry(reader, sequence + entries.length)
    if (entry === undefined) return undefined
    entries.push(entry)
  }
  return entries.length === count ? entries : undefined
}

/**
 * What can still be read of a damaged batch. Where an entry makes no sense, the next place is looked for
 * at which one stands that `isCertain`. Deletions are left out: nothing proves what key they named.
 * @param expected sequence that comes next, where that is known: sequences only rise, and without large gaps.
 */
export function salvageBatch(content: Uint8Array, expected: number | undefined, isCertain: (entry: Entry) => boolean): Entry[] {
  const claimed = content.length < HEADER_BYTES ? undefined : u64At(content, 0)
  const [from, to] = expected === undefined ? [0, 2 ** 48] : [expected, expected + 2 ** 24]
  const base = claimed !== undefined && claimed >= from && claimed < to ? claimed : from
  const found: Entry[] = []
  const reader = new ByteReader(content, Math.min(HEADER_BYTES, content.length))
  let passed = 0
  const stands = (at: number): boolean => {
    const entry = readEntry(new ByteReader(content, at), 0)
    return entry?.value !== undefined && isCertain(entry)
  }
  while (!reader.isAtEnd) {
    const start = reader.at
    const entry = readEntry(reader, base + passed++)
    if (entry !== undefined && entry.value === undefined) continue
    // Hit within its bounds: kept as it is, so that it can be put aside under its key.
    if (entry !== undefined && (isCertain(entry) || reader.isAtEnd || stands(reader.at))) {
      found.push(entry)
      continue
    }
    reader.at = start + 1
    while (!reader.isAtEnd && !stands(reader.at)) reader.at++
  }
  return found
}

function readEntry(reader: ByteReader, sequence: number): Entry | undefined {
  const tag = reader.bytes[reader.at]
  reader.at++
  if (tag !== VALUE && tag !== DELETION) return undefined
  const key = reader.prefixed()
  if (key === undefined) return undefined
  if (tag === DELETION) return { key, value: undefined, sequence }
  const value = reader.prefixed()
  return value === undefined ? undefined : { key, value, sequence }
}

/** A batch of its own for each entry, since each has its own sequence. */
export function writeBatch({ key, value, sequence }: Entry): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES + 1)
  putU64(header, 0, sequence)
  putU32(header, 8, 1)
  header[HEADER_BYTES] = value === undefined ? DELETION : VALUE
  const parts = [header, Uint8Array.from(varintBytes(key.length)), key]
  if (value !== undefined) parts.push(Uint8Array.from(varintBytes(value.length)), value)
  return Buffer.concat(parts)
}
