/**
 * The data directory seen from outside, for making damage and for looking at the bytes.
 *
 * Owns: a second, independent reading of the layout (SPEC.md, LV1): it imports nothing of keys.ts or records.ts.
 */
import { crc32 } from 'node:zlib'
import { ClassicLevel } from 'classic-level'

export type RawDatabase = ClassicLevel<Uint8Array, Uint8Array>
export type RawEntry = [key: Uint8Array, value: Uint8Array]

export const FORMAT_KEY = Uint8Array.of(1)

export const KIND = { format: 1, head: 2, log: 3, snapshot: 4, quarantine: 5, former: 7, purge: 8 } as const

/** Whether this is the key of a pack: behind the name sequence (8 bytes), number (4) and form (1). For names without zero bytes. */
export const isPack = (key: Uint8Array): boolean => key[0] === KIND.log && key.at(-1) === 2 && key.length - key.indexOf(0) === 2 + 13

/** Bytes before the payload of every value: version and checksum. */
export const ENVELOPE_BYTES = 5

/** Opens the database while no storage has it open. */
export async function withDatabase<T>(directory: string, body: (database: RawDatabase) => Promise<T>): Promise<T> {
  const database: RawDatabase = new ClassicLevel(directory, { keyEncoding: 'view', valueEncoding: 'view' })
  try {
    await database.open()
    return await body(database)
  } finally {
    await database.close()
  }
}

/** All records of a kind, of all documents, in the order of their keys. */
export async function entriesOf(database: RawDatabase, kind: number): Promise<RawEntry[]> {
  return database.iterator({ gte: Uint8Array.of(kind), lt: Uint8Array.of(kind + 1) }).all()
}

/** The same value with one bit of the byte at `offset` (from the end if negative) turned over. */
export function flipped(value: Uint8Array, offset: number): Uint8Array {
  const copy = new Uint8Array(value)
  const at = offset < 0 ? copy.length + offset : offset
  copy[at] = (copy[at] as number) ^ 0x10
  return copy
}

/** A value with the checksum that belongs to it under this key. */
export function sealed(key: Uint8Array, payload: Uint8Array): Uint8Array {
  const envelope = Buffer.alloc(ENVELOPE_BYTES, 1)
  envelope.writeUInt32BE(crc32(payload, crc32(key)), 1)
  return Buffer.concat([envelope, payload])
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
