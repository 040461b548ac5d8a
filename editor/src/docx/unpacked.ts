/**
 * How large a zip file is when unpacked, as its directory says.
 *
 * Owns: reading the directory (PKWARE APPNOTE 6.3, 4.3.12 and 4.3.16).
 * Does not own: unpacking; jszip checks that each entry is as long as the directory says.
 */

const END = 0x06054b50
const ENTRY = 0x02014b50
const END_BYTES = 22
const ENTRY_BYTES = 46
/** A comment may follow the end record, so long at most. */
const MAX_COMMENT = 0xffff

/** @returns undefined when it is no zip file, or one in the format for over 4 GB */
export function unpackedBytes(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let end = bytes.length - END_BYTES
  const first = Math.max(0, end - MAX_COMMENT)
  while (end >= first && view.getUint32(end, true) !== END) end--
  if (end < first) return undefined
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  let total = 0
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== ENTRY) return undefined
    const size = view.getUint32(at + 24, true)
    if (size === 0xffffffff) return undefined
    total += size
    at += ENTRY_BYTES + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return total
}
