/**
 * Updates written by hand, with lib0's own encoder: what no Yjs would write.
 *
 * Owns: short words for the parts of update format v1.
 * Does not own: any check; whatever is asked for is written.
 */
import * as encoding from 'lib0/encoding'

/** Bytes, or numbers that each stand for a variable-length unsigned integer, or text with its length. */
export type Part = Uint8Array | number | string

/** One after the other. */
export const bytesOf = (...parts: readonly Part[]): Uint8Array =>
  encoding.encode((encoder) => {
    for (const part of parts) {
      if (typeof part === 'number') encoding.writeVarUint(encoder, part)
      else if (typeof part === 'string') encoding.writeVarString(encoder, part)
      else encoding.writeUint8Array(encoder, part)
    }
  })

/** From hexadecimal digits; spaces are for the reader. */
export const hex = (digits: string): Uint8Array =>
  Uint8Array.from(digits.replaceAll(' ', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** A value as lib0 writes it. */
export const any = (value: unknown): Uint8Array => encoding.encode((encoder) => encoding.writeAny(encoder, value as never))

export const raw = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)

export interface BlockParts {
  readonly client: number
  readonly clock?: number
  readonly structs: readonly Uint8Array[]
}

/** Ranges of one client: clock and length by turns. */
export interface DeletionParts {
  readonly client: number
  readonly ranges: readonly (readonly [clock: number, length: number])[]
}

/** A whole update. */
export const update = (blocks: readonly BlockParts[], deletions: readonly DeletionParts[] = []): Uint8Array =>
  bytesOf(
    blocks.length,
    ...blocks.map(({ client, clock = 0, structs }) => bytesOf(structs.length, client, clock, ...structs)),
    deletions.length,
    ...deletions.map(({ client, ranges }) => bytesOf(client, ranges.length, ...ranges.flat())),
  )

/** An update of one client's structs from clock 0. */
export const structs = (...list: readonly Uint8Array[]): Uint8Array => update([{ client: 1, structs: list }])

export type Id = readonly [client: number, clock: number]

/** Where an item stands. Without origins and parent: in the root type `t`. */
export interface Place {
  readonly origin?: Id
  readonly right?: Id
  readonly parent?: Id | string
  readonly key?: string
}

/** An item; content follows its reference number. */
export function item(contentRef: number, content: Uint8Array, place: Place = {}): Uint8Array {
  const { origin, right, parent = 't', key } = place
  const info = contentRef | (origin ? 0x80 : 0) | (right ? 0x40 : 0) | (key === undefined ? 0 : 0x20)
  const free = !origin && !right
  return bytesOf(
    raw(info),
    ...(origin ?? []),
    ...(right ?? []),
    ...(free ? (typeof parent === 'string' ? [1, parent] : [0, ...parent]) : []),
    ...(free && key !== undefined ? [key] : []),
    content,
  )
}

export const gc = (length: number): Uint8Array => bytesOf(raw(0), length)
export const skip = (length: number): Uint8Array => bytesOf(raw(10), length)
export const text = (content: string, place?: Place): Uint8Array => item(4, bytesOf(content), place)
export const map = (place?: Place): Uint8Array => item(7, bytesOf(1), place)
export const array = (place?: Place): Uint8Array => item(7, bytesOf(0), place)
