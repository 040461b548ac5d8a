/**
 * A Word file as a document.
 *
 * Owns: how the styles of our own files, and of Word's, are read; task lists; how large a file may get when unpacked.
 * Does not own: reading the file (mammoth), what HTML becomes (convert/html-in.ts), where pictures go (import.ts).
 * Always holds: nothing outside the file is read; what comes out passed the same checks as all HTML.
 */
import type { JSONContent } from '@tiptap/core'
import mammoth from 'mammoth'
import { ConvertError } from '../convert/document.js'
import { jsonOfHtml } from '../convert/html-in.js'
import { unpackedBytes } from './unpacked.js'

/** Most that a file may hold when unpacked, in bytes. */
export const MAX_UNPACKED_BYTES = 200 * 1024 * 1024

export interface ReadDocx {
  readonly json: JSONContent
  /** What stood in the file as pictures, by the address that they have in `json`. */
  readonly pictures: ReadonlyMap<string, { readonly type: string; readonly bytes: Uint8Array }>
}

const LISTS = Array.from({ length: 4 }, (_, index) => index + 6).flatMap((level) => {
  const above = 'ul|ol > li > '.repeat(level - 1)
  return [`p:unordered-list(${level}) => ${above}ul > li:fresh`, `p:ordered-list(${level}) => ${above}ol > li:fresh`]
})

const STYLES = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => h2:fresh",
  "p[style-name='Quote'] => blockquote > p:fresh",
  "p[style-name='Intense Quote'] => blockquote > p:fresh",
  "p[style-name='Code Block'] => pre:separator('\\n')",
  "p[style-name='HTML Preformatted'] => pre:separator('\\n')",
  "p[style-name='Horizontal Line'] => hr",
  "p[style-name='Details Summary'] => p:fresh > strong:fresh",
  "r[style-name='Inline Code'] => code",
  "r[style-name='HTML Code'] => code",
  'u => u',
  'highlight => mark',
  ...LISTS,
]

const [UNDONE, DONE] = ['\u2610', '\u2611']

/**
 * @param nameOf gives the address under which the picture with this number stands in the document
 * @throws ConvertError when it is no Word file, or unpacks to more than MAX_UNPACKED_BYTES
 */
export async function jsonOfDocx(bytes: Uint8Array, nameOf: (number: number) => string): Promise<ReadDocx> {
  const size = unpackedBytes(bytes)
  if (size === undefined) throw new ConvertError('this is no Word file (.docx)')
  if (size > MAX_UNPACKED_BYTES) throw new ConvertError(`the file holds more than ${MAX_UNPACKED_BYTES / 1024 / 1024} MB when unpacked`)
  const pictures = new Map<string, { type: string; bytes: Uint8Array }>()
  const convertImage = mammoth.images.imgElement(async (image) => {
    const src = nameOf(pictures.size)
    pictures.set(src, { type: image.contentType, bytes: new Uint8Array(await image.readAsArrayBuffer()) })
    return { src }
  })
  const html = await htmlOf(bytes, convertImage)
  return { json: asMeant(jsonOfHtml(html)), pictures }
}

async function htmlOf(bytes: Uint8Array, convertImage: ReturnType<typeof mammoth.images.imgElement>): Promise<string> {
  const copy = bytes.slice().buffer
  // Browsers take the one, Node the other.
  const input = { arrayBuffer: copy, buffer: copy as unknown as never }
  try {
    const { value } = await mammoth.convertToHtml(input, { styleMap: STYLES, convertImage, externalFileAccess: false })
    return value.replace(/<input type="checkbox"( checked="checked")?[^>]*>(?:<\/input>)?/g, (_, checked?: string) => (checked ? DONE : UNDONE))
  } catch (error) {
    throw new ConvertError('the Word file is damaged', { cause: error })
  }
}

const CHECKED = new Map([[UNDONE, false], [DONE, true], ['\u2612', true]])

/** Lists whose items all begin with a box become lists of tasks; lines of code that are a space were written empty. */
function asMeant(node: JSONContent): JSONContent {
  const content = node.content?.map(asMeant)
  if (node.type === 'codeBlock') return { ...node, ...(content && { content: content.map((line) => ({ ...line, text: line.text?.replace(/^ $/gm, '') ?? '' })).filter(({ text }) => text !== '') }) }
  if (node.type === 'bulletList' && content && content.every((item) => boxOf(item) !== undefined)) {
    return { type: 'taskList', content: content.map((item) => ({ ...withoutBox(item), type: 'taskItem', attrs: { checked: CHECKED.get(boxOf(item)!) } })) }
  }
  return { ...node, ...(content && { content }) }
}

const boxOf = (item: JSONContent): string | undefined => {
  const box = item.content?.[0]?.content?.[0]?.text?.[0]
  return box !== undefined && CHECKED.has(box) ? box : undefined
}

function withoutBox(item: JSONContent): JSONContent {
  const [first, ...rest] = item.content ?? []
  const [start, ...more] = first?.content ?? []
  const text = start?.text?.slice(1).trimStart() ?? ''
  const content = [...(text === '' ? [] : [{ ...start, text }]), ...more]
  return { ...item, content: [{ ...first, content } as JSONContent, ...rest] }
}
