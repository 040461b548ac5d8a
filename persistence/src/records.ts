/**
 * The values of the LevelDB layout, format 2: an envelope with a checksum, and what is inside.
 *
 * Owns: every byte of a value, but what is inside those of the log (log-records.ts). Does not own: keys, or what to do
 * about a value that is damaged.
 * Always holds: `open*` gives back exactly what was sealed under that very key, or throws
 * `DamagedRecord`; a value moved under another key counts as damaged.
 *
 * envelope = version (u8, 1) · CRC-32 (u32, big-endian) over key and payload · payload.
 * LevelDB as classic-level opens it verifies no block checksum on reading, and a flipped byte comes
 * back as data: so the checksum is ours.
 */
import { crc32 } from 'node:zlib'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { RestorePoint, RestorePointNote, Snapshot } from './storage.js'

const RECORD_VERSION = 1
const HEADER_BYTES = 5

/**
 * Layout of the whole database; a program refuses what is newer than it knows. Format 2 added log records of many
 * updates to format 1, and changed nothing that was there.
 */
export const FORMAT_VERSION = 2

/** A value that is not what was written under its key. */
export class DamagedRecord extends Error {
  override readonly name = 'DamagedRecord'
}

export interface Format {
  readonly version: number
  /** Identity of this database, for backups and for noticing that another took its place. */
  readonly id: string
}

export interface Head {
  readonly epoch: string
  /** Milliseconds since 1970; for people. */
  readonly created: number
  /** When it was removed or erased, in milliseconds since 1970; undefined while it is there. */
  readonly removed: number | undefined
  /** Whether it is gone for good: the head is then all that is left of it, beside its former. */
  readonly erased: boolean
}

/** What an erasure deleted, so that a start after a crash can finish it. */
export interface Purge {
  /** First and last sequence of log records of one update; 1 and 0 where there was none. */
  readonly from: number
  readonly to: number
  /** Keys of everything else. */
  readonly keys: readonly Uint8Array[]
}

/** What the head says of the document's presence. */
const PRESENT = 0
const REMOVED = 1
const ERASED = 2

/** Payload to value. */
export function seal(key: Uint8Array, payload: Uint8Array): Uint8Array {
  const value = new Uint8Array(HEADER_BYTES + payload.length)
  value[0] = RECORD_VERSION
  new DataView(value.buffer).setUint32(1, crc32(payload, crc32(key)))
  value.set(payload, HEADER_BYTES)
  return value
}

/** Value to payload (a view, not a copy). @throws DamagedRecord */
export function unseal(key: Uint8Array, value: Uint8Array): Uint8Array {
  if (value.length < HEADER_BYTES) throw new DamagedRecord('too short')
  if (value[0] !== RECORD_VERSION) throw new DamagedRecord('of no known version')
  const payload = new Uint8Array(value.buffer, value.byteOffset + HEADER_BYTES, value.length - HEADER_BYTES)
  const expected = new DataView(value.buffer, value.byteOffset).getUint32(1)
  if (crc32(payload, crc32(key)) !== expected) throw new DamagedRecord('the checksum does not fit')
  return payload
}

export const sealFormat = (key: Uint8Array, format: Format): Uint8Array =>
  seal(key, encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, format.version)
    encoding.writeVarString(encoder, format.id)
  }))

/** The version stands first for ever, so that an older program can read it from any newer one. */
export const openFormat = (key: Uint8Array, value: Uint8Array): Format =>
  read(key, value, (decoder) => ({ version: decoding.readVarUint(decoder), id: decoding.readVarString(decoder) }))

export const sealHead = (key: Uint8Array, head: Head): Uint8Array =>
  seal(key, encoding.encode((encoder) => {
    encoding.writeVarString(encoder, head.epoch)
    encoding.writeFloat64(encoder, head.created)
    encoding.writeUint8(encoder, head.removed === undefined ? PRESENT : head.erased ? ERASED : REMOVED)
    if (head.removed !== undefined) encoding.writeFloat64(encoder, head.removed)
  }))

export const openHead = (key: Uint8Array, value: Uint8Array): Head =>
  read(key, value, (decoder) => {
    const epoch = decoding.readVarString(decoder)
    const created = decoding.readFloat64(decoder)
    const presence = decoding.readUint8(decoder)
    const removed = presence === PRESENT ? undefined : decoding.readFloat64(decoder)
    return { epoch, created, removed, erased: presence === ERASED }
  })

/** The clocks of former lineages, an encoded state vector, as they are. */
export const sealFormer = seal

export const openFormer = (key: Uint8Array, value: Uint8Array): Uint8Array => new Uint8Array(unseal(key, value))

export const sealPurge = (key: Uint8Array, { from, to, keys }: Purge): Uint8Array =>
  seal(key, encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, from)
    encoding.writeVarUint(encoder, to)
    encoding.writeVarUint(encoder, keys.length)
    for (const gone of keys) encoding.writeVarUint8Array(encoder, gone)
  }))

export const openPurge = (key: Uint8Array, value: Uint8Array): Purge =>
  read(key, value, (decoder) => {
    const from = decoding.readVarUint(decoder)
    const to = decoding.readVarUint(decoder)
    const keys = Array.from({ length: decoding.readVarUint(decoder) }, () => decoding.readVarUint8Array(decoder))
    return { from, to, keys }
  })

export const sealSnapshot = (key: Uint8Array, snapshot: Snapshot): Uint8Array =>
  seal(key, encoding.encode((encoder) => {
    encoding.writeVarUint8Array(encoder, snapshot.stateVector)
    encoding.writeVarUint8Array(encoder, snapshot.deletions)
    encoding.writeUint8Array(encoder, snapshot.update)
  }))

export const openSnapshot = (key: Uint8Array, value: Uint8Array): Snapshot =>
  read(key, value, (decoder) => {
    const stateVector = decoding.readVarUint8Array(decoder)
    const deletions = decoding.readVarUint8Array(decoder)
    return { update: decoding.readTailAsUint8Array(decoder), stateVector, deletions }
  })

/** `updates` together are the content. */
export const sealRestorePoint = (key: Uint8Array, { author, time, reason }: RestorePointNote, updates: readonly Uint8Array[]): Uint8Array =>
  seal(key, encoding.encode((encoder) => {
    encoding.writeFloat64(encoder, time)
    encoding.writeVarString(encoder, reason)
    encoding.writeUint8(encoder, author === undefined ? 0 : 1)
    if (author !== undefined) encoding.writeVarString(encoder, author)
    encoding.writeVarUint(encoder, updates.length)
    for (const update of updates) encoding.writeVarUint8Array(encoder, update)
  }))

export const openRestorePoint = (key: Uint8Array, value: Uint8Array, sequence: number): { point: RestorePoint; updates: Uint8Array[] } =>
  read(key, value, (decoder) => {
    const time = decoding.readFloat64(decoder)
    const reason = decoding.readVarString(decoder)
    const author = decoding.readUint8(decoder) === 1 ? decoding.readVarString(decoder) : undefined
    const updates = Array.from({ length: decoding.readVarUint(decoder) }, () => new Uint8Array(decoding.readVarUint8Array(decoder)))
    return { point: { sequence, time, reason, ...(author !== undefined && { author }) }, updates }
  })

/** A value put aside, whole and as it was found, damaged or not, with the reason. */
export const sealQuarantined = (key: Uint8Array, reason: string, time: number, found: Uint8Array): Uint8Array =>
  seal(key, encoding.encode((encoder) => {
    encoding.writeVarString(encoder, reason)
    encoding.writeFloat64(encoder, time)
    encoding.writeUint8Array(encoder, found)
  }))

export const openQuarantined = (key: Uint8Array, value: Uint8Array): { reason: string; time: number; found: Uint8Array } =>
  read(key, value, (decoder) => {
    const reason = decoding.readVarString(decoder)
    const time = decoding.readFloat64(decoder)
    return { reason, time, found: decoding.readTailAsUint8Array(decoder) }
  })

/** Payload to what `decode` makes of it. @throws DamagedRecord, also for whatever `decode` throws */
export function read<T>(key: Uint8Array, value: Uint8Array, decode: (decoder: decoding.Decoder) => T): T {
  const payload = unseal(key, value)
  try {
    return decode(decoding.createDecoder(payload))
  } catch (error) {
    throw new DamagedRecord(`the content cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
