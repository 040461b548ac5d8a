/**
 * Numbers in LevelDB's files: variable length, and little-endian of 4 and 8 bytes.
 *
 * Owns: reading and writing them. Always holds: reading never goes past the end; what is no number is
 * undefined, never an exception: these files may hold anything.
 */

export class ByteReader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  get isAtEnd(): boolean {
    return this.at >= this.end
  }

  /** A number of up to 53 bits; LevelDB's own go to 64, and none that is sound comes near. */
  varint(): number | undefined {
    let result = 0
    let scale = 1
    for (let read = 0; read < 8 && this.at < this.end; read++) {
      const byte = this.bytes[this.at++] as number
      result += (byte & 0x7f) * scale
      if (byte < 0x80) return Number.isSafeInteger(result) ? result : undefined
      scale *= 128
    }
    return undefined
  }

  /** A view of the next so many bytes. */
  take(length: number): Uint8Array | undefined {
    if (length > this.end - this.at) return undefined
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  /** Bytes behind their length. */
  prefixed(): Uint8Array | undefined {
    const length = this.varint()
    return length === undefined ? undefined : this.take(length)
  }
}

export const u32At = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>> 0

/** @returns undefined above 53 bits. */
export function u64At(bytes: Uint8Array, at: number): number | undefined {
  const value = u32At(bytes, at) + u32At(bytes, at + 4) * 2 ** 32
  return Number.isSafeInteger(value) ? value : undefined
}

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  for (let index = 0; index < 4; index++) bytes[at + index] = (value >>> (8 * index)) & 0xff
}

export function putU64(bytes: Uint8Array, at: number, value: number): void {
  putU32(bytes, at, value % 2 ** 32)
  putU32(bytes, at + 4, Math.floor(value / 2 ** 32))
}

export function varintBytes(value: number): number[] {
  const bytes: number[] = []
  let left = value
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80)
  bytes.push(left)
  return bytes
}
