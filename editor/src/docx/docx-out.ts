/**
 * A document as a Word file.
 *
 * Owns: which of Word's blocks each of ours becomes, and the numbering of lists.
 * Does not own: text and marks (runs.ts), getting pictures (the caller's `picture`), zip and XML (docx).
 * Always holds: every word of the document is in the file; what Word has no form for is written as text.
 * The names of the styles are those by which docx-in.ts knows them again.
 */
import type { JSONContent } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import {
  AlignmentType, CheckBox, Document, ImageRun, type ILevelsOptions, type IParagraphOptions, LevelFormat, Packer, Paragraph,
  type ParagraphChild, ShadingType, Table, TableCell, TableRow, TextRun, WidthType,
} from 'docx'
import { nodeOfJson, REVIEW_MARKS, withoutMarks } from '../convert/document.js'
import { hexOf, isRightToLeft, runsOf } from './runs.js'
import { BASE_STYLES, MONOSPACE, STYLE_IDS } from './styles.js'

/** A picture as Word takes it, its size in pixels. */
export interface DocxPicture {
  readonly type: 'png' | 'jpg' | 'gif' | 'bmp'
  readonly bytes: Uint8Array
  readonly width: number
  readonly height: number
}

export interface DocxOptions {
  readonly title?: string
  /** Gets the picture of this address; without one there is a link in its place. */
  picture?(src: string): Promise<DocxPicture | undefined>
}

/** Width of the text on a page, in pixels of 1/96 inch: pictures are made to fit. */
const TEXT_WIDTH_PX = 600
/** One step to the right, in twentieths of a point. */
const INDENT = 720
/** Word has nine levels of lists. */
const LEVELS = 9

type Block = Paragraph | Table
type Looks = Pick<IParagraphOptions, 'indent' | 'numbering' | 'style'> & { readonly lead?: readonly ParagraphChild[] }

/** Where a block stands. */
interface Place {
  /** How many lists it is in. */
  readonly depth: number
  /** How many steps to the right, lists not counted. */
  readonly steps: number
  readonly isQuoted: boolean
}

/**
 * The bytes of a .docx file.
 * @throws ConvertError when it is no document
 */
export async function docxOfJson(json: unknown, options: DocxOptions = {}): Promise<Uint8Array> {
  const node = nodeOfJson(withoutMarks(nodeOfJson(json).toJSON() as JSONContent, REVIEW_MARKS))
  const writer = new Writer(await picturesOf(node, options))
  const children = writer.blocks(node, { depth: 0, steps: 0, isQuoted: false })
  const file = new Document({
    ...(options.title !== undefined && { title: options.title }),
    creator: 'Cowrite',
    styles: BASE_STYLES,
    numbering: { config: [{ reference: 'bullets', levels: levels(() => ({ format: LevelFormat.BULLET, text: '•' })) }, ...writer.numberings] },
    sections: [{ children }],
  })
  return new Uint8Array(await Packer.toArrayBuffer(file))
}

async function picturesOf(doc: Node, { picture }: DocxOptions): Promise<ReadonlyMap<string, DocxPicture>> {
  const found = new Map<string, DocxPicture>()
  if (picture === undefined) return found
  const addresses = new Set<string>()
  doc.descendants(({ type, attrs }) => {
    if (type.name === 'image' && typeof attrs['src'] === 'string') addresses.add(attrs['src'])
  })
  for (const src of addresses) {
    const made = await picture(src)
    if (made) found.set(src, made)
  }
  return found
}

const levels = (of: (level: number) => Pick<ILevelsOptions, 'format' | 'text' | 'start'>): ILevelsOptions[] =>
  Array.from({ length: LEVELS }, (_, level) => ({
    level,
    alignment: AlignmentType.START,
    style: { paragraph: { indent: { start: INDENT * (level + 1), hanging: INDENT / 2 } } },
    ...of(level),
  }))

const NUMBERS: Readonly<Record<string, (typeof LevelFormat)[keyof typeof LevelFormat]>> = {
  a: LevelFormat.LOWER_LETTER, A: LevelFormat.UPPER_LETTER, i: LevelFormat.LOWER_ROMAN, I: LevelFormat.UPPER_ROMAN,
}
const ALIGNMENTS = { left: AlignmentType.LEFT, center: AlignmentType.CENTER, right: AlignmentType.RIGHT, justify: AlignmentType.JUSTIFIED } as const

class Writer {
  /** Each ordered list counts for itself. */
  readonly numberings: { reference: string; levels: ILevelsOptions[] }[] = []
  readonly #pictures: ReadonlyMap<string, DocxPicture>

  constructor(pictures: ReadonlyMap<string, DocxPicture>) {
    this.#pictures = pictures
  }

  blocks(parent: Node, place: Place): Block[] {
    return parent.children.flatMap((child) => this.#block(child, place))
  }

  #block(node: Node, place: Place): Block[] {
    const steps = { ...place, steps: place.steps + 1 }
    switch (node.type.name) {
      case 'paragraph': return [this.#text(node, place, place.isQuoted ? { style: STYLE_IDS.quote } : {})]
      case 'heading': return [this.#text(node, place, { style: `Heading${Number(node.attrs['level'])}` })]
      case 'blockquote': return this.blocks(node, { ...steps, isQuoted: true })
      case 'bulletList': case 'taskList': return this.#list(node, 'bullets', place)
      case 'orderedList': return this.#list(node, this.#numbering(node), place)
      case 'codeBlock': return this.#code(node.textContent, place)
      case 'mathBlock': return this.#code(String(node.attrs['latex']), place)
      case 'horizontalRule': return [new Paragraph({ style: STYLE_IDS.rule })]
      case 'image': return [this.#image(node, place)]
      case 'table': return [this.#table(node, place), new Paragraph({})] // Word joins tables that follow each other
      case 'detailsSummary': return [this.#text(node, place, { style: STYLE_IDS.summary })]
      case 'detailsContent': return this.blocks(node, steps)
      default: return this.blocks(node, place) // details
    }
  }

  #text(node: Node, place: Place, { lead = [], ...looks }: Looks): Paragraph {
    const { textAlign, dir } = node.attrs as { textAlign?: keyof typeof ALIGNMENTS | null; dir?: string | null }
    const isRtl = dir === 'rtl' || (dir !== 'ltr' && isRightToLeft(node.textContent))
    return new Paragraph({
      ...indentOf(place),
      ...looks,
      ...(textAlign && { alignment: ALIGNMENTS[textAlign] }),
      ...(isRtl && { bidirectional: true }),
      children: [...lead, ...runsOf(node, isRtl)],
    })
  }

  #list(list: Node, reference: string, place: Place): Block[] {
    const level = Math.min(place.depth, LEVELS - 1)
    const within = { ...place, depth: place.depth + 1 }
    return list.children.flatMap((item) => {
      const lead = item.type.name === 'taskItem' ? [new CheckBox({ checked: item.attrs['checked'] === true }), new TextRun(' ')] : []
      const [first, ...rest] = item.children
      const mark = { numbering: { reference, level } }
      const isText = first?.type.name === 'paragraph'
      return [
        isText ? this.#text(first, { ...place, steps: 0 }, { ...mark, lead, indent: {} }) : new Paragraph({ ...mark, children: lead }),
        ...(isText ? rest : item.children).flatMap((child) => this.#block(child, within)),
      ]
    })
  }

  #numbering({ attrs }: Node): string {
    const reference = `numbers-${this.numberings.length + 1}`
    const format = NUMBERS[String(attrs['type'])] ?? LevelFormat.DECIMAL
    const start = Number(attrs['start'] ?? 1)
    this.numberings.push({ reference, levels: levels((level) => ({ format, text: `%${level + 1}.`, start })) })
    return reference
  }

  /** One paragraph a line: Word's own way, and what comes back as one block. Readers pass over paragraphs without text. */
  #code(text: string, place: Place): Paragraph[] {
    return text.split('\n').map((line) => {
      const run = new TextRun({ text: line || ' ', font: MONOSPACE, noProof: true })
      return new Paragraph({ style: STYLE_IDS.code, ...indentOf(place), children: [run] })
    })
  }

  #image({ attrs }: Node, place: Place): Paragraph {
    const src = String(attrs['src'] ?? '')
    const alt = String(attrs['alt'] ?? '')
    const made = this.#pictures.get(src)
    const align = attrs['align'] as keyof typeof ALIGNMENTS | null
    const looks = { ...indentOf(place), ...(align && { alignment: ALIGNMENTS[align] }) }
    if (made === undefined) return new Paragraph({ ...looks, children: [new TextRun({ text: alt || src, style: 'Hyperlink' })] })
    const wanted = Number(attrs['width']) || made.width
    const width = Math.min(wanted, TEXT_WIDTH_PX)
    const transformation = { width, height: Math.max(1, Math.round((made.height * width) / made.width)) }
    const altText = { name: alt || 'picture', description: alt, title: String(attrs['title'] ?? '') }
    return new Paragraph({ ...looks, children: [new ImageRun({ type: made.type, data: made.bytes, transformation, altText })] })
  }

  #table(table: Node, place: Place): Table {
    const headed = headerRows(table)
    return new Table({
      width: { size: 100, type: WidthType.PERCENTAGE },
      rows: table.children.map((row, index) => new TableRow({
        ...(index < headed && { tableHeader: true }),
        children: row.children.map((cell) => this.#cell(cell, { ...place, depth: 0, steps: 0 })),
      })),
    })
  }

  #cell(cell: Node, place: Place): TableCell {
    const { colspan, rowspan, background } = cell.attrs as { colspan?: number; rowspan?: number; background?: string | null }
    const color = hexOf(background) ?? (cell.type.name === 'tableHeader' ? 'F0F0F0' : undefined)
    const children = this.blocks(cell, place)
    return new TableCell({
      ...(colspan && colspan > 1 && { columnSpan: colspan }),
      ...(rowspan && rowspan > 1 && { rowSpan: rowspan }),
      ...(color !== undefined && { shading: { type: ShadingType.CLEAR, fill: color } }),
      children: children.at(-1) instanceof Paragraph ? children : [...children, new Paragraph({})], // Word wants one at the end
    })
  }
}

const indentOf = ({ depth, steps }: Place): Pick<IParagraphOptions, 'indent'> =>
  depth + steps > 0 ? { indent: { start: INDENT * (depth + steps) } } : {}

/** How many rows at the top hold headers alone. */
function headerRows(table: Node): number {
  const at = table.children.findIndex((row) => !row.children.every(({ type }) => type.name === 'tableHeader'))
  return at === -1 ? table.childCount : at
}

