/**
 * The text of a block as Word's runs.
 *
 * Owns: what each mark and each inline node becomes.
 * Does not own: blocks (docx-out.ts).
 * Always holds: addresses of links are those that the schema allows, colours are six hex digits.
 */
import type { Mark, Node } from '@tiptap/pm/model'
import { ExternalHyperlink, type IRunOptions, type ParagraphChild, ShadingType, TextRun } from 'docx'
import { safeLink } from '../schema/index.js'
import { MONOSPACE, STYLE_IDS } from './styles.js'

/** Whether the first letter that has a direction runs from right to left: as browsers decide for `dir=auto`. */
export function isRightToLeft(text: string): boolean {
  const letter = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]|\p{L}/u.exec(text)?.[0]
  return letter !== undefined && /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(letter)
}

/** A colour of the schema as `RRGGBB`; undefined for one that is neither hex nor rgb(). */
export function hexOf(color: unknown): string | undefined {
  if (typeof color !== 'string') return undefined
  const hex = /^#([0-9a-f]{3,8})$/i.exec(color)?.[1]
  if (hex !== undefined && hex.length <= 4) return [...hex.slice(0, 3)].map((digit) => digit + digit).join('').toUpperCase()
  if (hex !== undefined) return hex.slice(0, 6).padEnd(6, '0').toUpperCase()
  const parts = /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})/.exec(color)?.slice(1)
  return parts?.map((part) => Math.min(255, Number(part)).toString(16).padStart(2, '0')).join('').toUpperCase()
}

export function runsOf(block: Node, isRtl: boolean): ParagraphChild[] {
  const runs: ParagraphChild[] = []
  let linked: { readonly href: string; readonly children: ParagraphChild[] } | undefined
  for (const node of block.children) {
    const href = safeLink(node.marks.find(({ type }) => type.name === 'link')?.attrs['href'])
    const run = runOf(node, isRtl, href !== '')
    if (href === '') {
      linked = undefined
      runs.push(run)
    } else if (linked?.href === href) linked.children.push(run)
    else {
      linked = { href, children: [run] }
      runs.push(new ExternalHyperlink({ link: href, children: linked.children }))
    }
  }
  return runs
}

function runOf(node: Node, isRtl: boolean, isLink: boolean): TextRun {
  if (node.type.name === 'hardBreak') return new TextRun({ break: 1 })
  const text = node.isText ? (node.text ?? '') : leafText(node)
  const isFormula = node.type.name === 'math'
  return new TextRun({
    text,
    ...(isRtl && { rightToLeft: true }),
    ...(isLink && { style: 'Hyperlink' }),
    ...(isFormula && { font: MONOSPACE, noProof: true }),
    ...Object.assign({}, ...node.marks.map(lookOf)) as IRunOptions,
  })
}

const leafText = ({ type, attrs }: Node): string => {
  if (type.name === 'mention') return `${String(attrs['mentionSuggestionChar'] ?? '@')}${String(attrs['label'] ?? attrs['id'] ?? '')}`
  return type.name === 'math' ? String(attrs['latex']) : ''
}

function lookOf({ type, attrs }: Mark): IRunOptions {
  switch (type.name) {
    case 'bold': return { bold: true }
    case 'italic': return { italics: true }
    case 'strike': case 'deletion': return { strike: true }
    case 'underline': case 'insertion': return { underline: {} }
    case 'subscript': return { subScript: true }
    case 'superscript': return { superScript: true }
    case 'code': return { style: STYLE_IDS.inlineCode }
    case 'highlight': return { shading: { type: ShadingType.CLEAR, fill: hexOf(attrs['color']) ?? 'FFF1A8' } }
    case 'textStyle': return styleOf(attrs)
    default: return {}
  }
}

function styleOf({ color, backgroundColor, fontFamily, fontSize }: Mark['attrs']): IRunOptions {
  const [text, fill] = [hexOf(color), hexOf(backgroundColor)]
  const size = /^(\d+(?:\.\d+)?)(px|pt)$/.exec(String(fontSize ?? ''))
  const font = String(fontFamily ?? '').split(',')[0]?.replace(/['"]/g, '').trim()
  return {
    ...(text !== undefined && { color: text }),
    ...(fill !== undefined && { shading: { type: ShadingType.CLEAR, fill } }),
    ...(size && { size: Math.max(2, Math.round(Number(size[1]) * (size[2] === 'px' ? 1.5 : 2))) }), // half points
    ...(font && { font }),
  }
}
