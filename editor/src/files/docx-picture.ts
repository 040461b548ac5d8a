/**
 * Pictures as Word takes them.
 *
 * Owns: getting the bytes of an address, their size, and redrawing kinds that Word does not know.
 * Does not own: where they stand (docx/).
 * Always holds: whatever goes wrong, there is an answer: none.
 */
import type { DocxPicture } from '../docx/index.js'

const KNOWN: Readonly<Record<string, DocxPicture['type']>> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif' }

/** Larger ones are drawn smaller before they are kept, in pixels of their longer side. */
const MAX_SIDE = 4_000

export async function docxPicture(src: string): Promise<DocxPicture | undefined> {
  try {
    const answer = await fetch(src, { credentials: 'omit' })
    if (!answer.ok) return undefined
    const blob = await answer.blob()
    const bitmap = await createImageBitmap(blob)
    const { width, height } = bitmap
    const type = KNOWN[blob.type]
    const isFine = type !== undefined && Math.max(width, height) <= MAX_SIDE
    const bytes = isFine ? await blob.arrayBuffer() : await redrawn(bitmap)
    bitmap.close()
    return bytes && { type: isFine ? type : 'png', bytes: new Uint8Array(bytes), width, height }
  } catch {
    return undefined // not reachable, or no picture: a link stands for it
  }
}

async function redrawn(bitmap: ImageBitmap): Promise<ArrayBuffer | undefined> {
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  return blob?.arrayBuffer()
}
