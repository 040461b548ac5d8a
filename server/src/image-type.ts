/**
 * What kind of picture some bytes are.
 *
 * Owns: the kinds that are taken, told by their first bytes and never by a name or a header.
 * Source: the signatures of PNG (RFC 2083), JPEG (ITU T.81), GIF (87a, 89a), WebP (RFC 9649) and AVIF
 * (ISO 14496-12 file type box).
 */

/** Bytes that are enough to tell; a file type box may list brands up to here. */
export const HEAD_BYTES = 64

export interface ImageType {
  readonly mime: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif'
  readonly extension: 'png' | 'jpg' | 'gif' | 'webp' | 'avif'
}

const latin = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))

function isAvif(head: Uint8Array): boolean {
  if (head.length < 16 || latin(head, 4, 8) !== 'ftyp') return false
  const end = Math.min(new DataView(head.buffer, head.byteOffset, 4).getUint32(0), head.length)
  for (let at = 8; at + 4 <= end; at += 4) if (['avif', 'avis'].includes(latin(head, at, at + 4))) return true
  return false
}

/** @param head the first bytes of a file, HEAD_BYTES of them where it has so many */
export function imageTypeOf(head: Uint8Array): ImageType | undefined {
  if (latin(head, 0, 8) === '\x89PNG\r\n\x1a\n') return { mime: 'image/png', extension: 'png' }
  if (latin(head, 0, 3) === '\xff\xd8\xff') return { mime: 'image/jpeg', extension: 'jpg' }
  if (['GIF87a', 'GIF89a'].includes(latin(head, 0, 6))) return { mime: 'image/gif', extension: 'gif' }
  if (latin(head, 0, 4) === 'RIFF' && latin(head, 8, 12) === 'WEBP') return { mime: 'image/webp', extension: 'webp' }
  return isAvif(head) ? { mime: 'image/avif', extension: 'avif' } : undefined
}
