/**
 * Snappy, the compression of LevelDB's blocks; only the way back.
 *
 * Owns: unpacking one block. Always holds: never throws and allocates no more than `limit`, whatever the bytes.
 */
import { ByteReader, u32At } from './bytes.js'

/** @returns as much as could be unpacked, and whether that is all. */
export function unsnappy(packed: Uint8Array, limit: number): { bytes: Uint8Array; whole: boolean } {
  const reader = new ByteReader(packed)
  const length = reader.varint()
  if (length === undefined || length > limit) return { bytes: new Uint8Array(), whole: false }
  const out = new Uint8Array(length)
  let to = 0
  let at = reader.at
  const end = packed.length
  const partly = (): { bytes: Uint8Array; whole: boolean } => ({ bytes: out.subarray(0, to), whole: false })
  while (at < end) {
    const tag = packed[at++] as number
    if ((tag & 3) === 0) {
      let size = tag >>> 2
      if (size >= 60) {
        const extra = size - 59
        if (at + extra > end) return partly()
        size = 0
        for (let index = extra - 1; index >= 0; index--) size = size * 256 + (packed[at + index] as number)
        at += extra
      }
      size += 1
      if (at + size > end || to + size > length) return partly()
      out.set(packed.subarray(at, at + size), to)
      at += size
      to += size
      continue
    }
    let size: number
    let offset: number
    if ((tag & 3) === 1) {
      if (at + 1 > end) return partly()
      size = ((tag >>> 2) & 7) + 4
      offset = ((tag >>> 5) << 8) | (packed[at++] as number)
    } else if ((tag & 3) === 2) {
      if (at + 2 > end) return partly()
      size = (tag >>> 2) + 1
      offset = (packed[at] as number) | ((packed[at + 1] as number) << 8)
      at += 2
    } else {
      if (at + 4 > end) return partly()
      size = (tag >>> 2) + 1
      offset = u32At(packed, at)
      at += 4
    }
    if (offset === 0 || offset > to || to + size > length) return partly()
    // Byte by byte where it reaches into what it is just writing: that is how it says "again and again".
    if (offset >= size) out.copyWithin(to, to - offset, to - offset + size)
    else for (let index = 0; index < size; index++) out[to + index] = out[to - offset + index] as number
    to += size
  }
  return { bytes: out.subarray(0, to), whole: to === length }
}
