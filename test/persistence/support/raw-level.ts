/**
 * The data directory seen from outside, for making damage and for looking at the bytes.
 *
 * Owns: a second, independent reading of the layout (SPEC.md, LV1): it imports nothing of keys.ts or records.ts.
 */
import { ClassicLevel } from 'classic-level'

export type RawDatabase = ClassicLevel<Uint8Array, Uint8Array>
export type RawEntry = [key: Uint8Array, value: Uint8Array]

export const KIND = { format: 1, head: 2, log: 3, snapshot: 4, quarantine: 5, former: 7, purge: 8 } as const

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

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
