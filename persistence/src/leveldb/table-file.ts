/**
 * LevelDB's tables: the .ldb files.
 *
 * Owns: finding and checking the blocks of one, reading their entries, sound or damaged, and making one
 * without content. Does not own: which tables count (manifest.ts), or whether a value is right (records.ts knows).
 * Always holds: reading never throws, whatever the bytes.
 *
 * table = data blocks · filter block · metaindex block · index block · footer of 48 bytes with the places of the
 * last two. Behind each block: how it is packed (1 byte) and a checksum (u32, masked). An entry of the index
 * has the place of a data block, under a key that is not below its last one.
 * classic-level lets LevelDB read all of this without looking at a single checksum.
 */
import { ByteReader, putU32, u32At, varintBytes } from './bytes.js'
import type { Entry } from './batch.js'
import { crc32c, masked } from './crc32c.js'
import { unsnappy } from './snappy.js'

const FOOTER_BYTES = 48
const TRAILER_BYTES = 5
const MAGIC = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb)
const SNAPPY = 1
/** No block of ours unpacks to more: one value, at most a document, and what little stands beside it. */
const MAX_BLOCK_BYTES = 1 << 30

interface Place {
  readonly offset: number
  readonly size: number
}

export interface Block extends Place {
  readonly sound: boolean
}

export interface Table {
  /** Whether every byte that LevelDB would read is as it was written. */
  readonly sound: boolean
  /** The data blocks that could be found, in order. */
  readonly blocks: readonly Block[]
  /** Bytes between the data blocks that were found: what they held can only be guessed. */
  readonly unknownBytes: number
}

export function inspectTable(file: Uint8Array): Table {
  const footer = readFooter(file)
  const index = footer && placesIn(file, footer.index)
  if (footer !== undefined && index !== undefined) {
    const blocks = index.map((place) => ({ ...place, sound: isSound(file, place) }))
    const sound = blocks.every((block) => block.sound) && isMetaSound(file, footer.metaindex)
    return { sound, blocks, unknownBytes: 0 }
  }
  const blocks = searchBlocks(file)
  const known = blocks.at(-1)
  return { sound: false, blocks, unknownBytes: file.length - (known ? known.offset + known.size + TRAILER_BYTES : 0) }
}

/** The entries of a block, in order. Of a damaged one what makes sense. */
export function readBlock(file: Uint8Array, block: Block): Entry[] {
  const entries: Entry[] = []
  for (const [internal, value] of rawEntries(unpacked(file, block))) {
    // Behind the key: type (u8) and sequence (u56), whose top byte stays zero for the first 2^48 changes.
    const length = internal.length - 8
    const type = internal[length] as number
    if (length < 1 || type > 1 || internal.at(-1) !== 0) continue
    const sequence = u32At(internal, length + 1) + ((internal[length + 5] as number) + (internal[length + 6] as number) * 256) * 2 ** 32
    entries.push({ key: internal.subarray(0, length), value: type === 1 ? value : undefined, sequence })
  }
  return entries
}

/** A sound table of exactly this many bytes with nothing in it; it takes the place of one that was damaged. */
export function emptyTable(bytes: number): Uint8Array {
  const length = Math.max(bytes, 2 * (8 + TRAILER_BYTES) + FOOTER_BYTES)
  const file = new Uint8Array(length)
  const footer = length - FOOTER_BYTES
  const index = footer - 8 - TRAILER_BYTES
  const metaindex = index - 8 - TRAILER_BYTES
  for (const at of [metaindex, index]) {
    putU32(file, at + 4, 1)
    putU32(file, at + 9, masked(crc32c(file, 0, at, at + 9)))
  }
  file.set([...varintBytes(metaindex), 8, ...varintBytes(index), 8], footer)
  file.set(MAGIC, length - MAGIC.length)
  return file
}

function readFooter(file: Uint8Array): { metaindex: Place; index: Place } | undefined {
  if (file.length < FOOTER_BYTES) return undefined
  if (MAGIC.some((byte, index) => file[file.length - 8 + index] !== byte)) return undefined
  const reader = new ByteReader(file, file.length - FOOTER_BYTES, file.length - 8)
  const metaindex = readPlace(file, reader)
  const index = readPlace(file, reader)
  return metaindex && index && { metaindex, index }
}

function readPlace(file: Uint8Array, reader: ByteReader): Place | undefined {
  const offset = reader.varint()
  const size = reader.varint()
  if (offset === undefined || size === undefined || offset + size + TRAILER_BYTES > file.length) return undefined
  return { offset, size }
}

function isSound(file: Uint8Array, { offset, size }: Place): boolean {
  const type = file[offset + size] as number
  return type <= SNAPPY && masked(crc32c(file, 0, offset, offset + size + 1)) === u32At(file, offset + size + 1)
}

/** The places that an index names; undefined when it is damaged. */
function placesIn(file: Uint8Array, index: Place): Place[] | undefined {
  if (!isSound(file, index)) return undefined
  const places: Place[] = []
  for (const [, value] of rawEntries(unpacked(file, index))) {
    const place = readPlace(file, new ByteReader(value))
    if (place === undefined) return undefined
    places.push(place)
  }
  return places
}

function isMetaSound(file: Uint8Array, metaindex: Place): boolean {
  return placesIn(file, metaindex)?.every((place) => isSound(file, place)) ?? false
}

/** Without an index: each block begins where the one before ends, and ends where a checksum fits. */
function searchBlocks(file: Uint8Array): Block[] {
  const blocks: Block[] = []
  let offset = 0
  for (;;) {
    const size = sizeOfBlockAt(file, offset)
    if (size === undefined) return blocks
    const block = { offset, size, sound: true }
    // What comes after the data speaks of the data.
    for (const [key] of rawEntries(unpacked(file, block))) {
      if (Buffer.from(key).toString('latin1').startsWith('filter.')) return blocks
      break
    }
    blocks.push(block)
    offset += size + TRAILER_BYTES
  }
}

function sizeOfBlockAt(file: Uint8Array, offset: number): number | undefined {
  let crc = 0
  for (let at = offset; at + TRAILER_BYTES <= file.length; at++) {
    const type = file[at] as number
    crc = crc32c(file, crc, at, at + 1)
    if (type <= SNAPPY && at > offset && masked(crc) === u32At(file, at + 1)) return at - offset
  }
  return undefined
}

function unpacked(file: Uint8Array, { offset, size }: Place): Uint8Array {
  const content = file.subarray(offset, offset + size)
  return file[offset + size] === SNAPPY ? unsnappy(content, MAX_BLOCK_BYTES).bytes : content
}

/**
 * Keys and values of a block; a key is kept as what it has in common with the one before, and the rest.
 * Entries lie before the list of restarts, which a damaged block may lack: then up to what makes no sense.
 */
function* rawEntries(block: Uint8Array): Generator<[key: Uint8Array, value: Uint8Array]> {
  const restarts = block.length < 4 ? 0 : u32At(block, block.length - 4)
  const end = restarts > 0 && restarts * 4 + 4 <= block.length ? block.length - 4 - restarts * 4 : block.length
  const reader = new ByteReader(block, 0, end)
  let key: Uint8Array = new Uint8Array()
  while (!reader.isAtEnd) {
    const shared = reader.varint()
    const added = reader.varint()
    const length = reader.varint()
    if (shared === undefined || added === undefined || length === undefined) return
    const rest = reader.take(added)
    const value = rest && reader.take(length)
    if (rest === undefined || value === undefined || shared > key.length) return
    const next = new Uint8Array(shared + added)
    next.set(key.subarray(0, shared))
    next.set(rest, shared)
    key = next
    yield [key, value]
  }
}
