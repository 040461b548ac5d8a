/**
 * What each attribute of the schema may hold: one rule per attribute, in one table.
 *
 * Owns: the rules, and which attribute has which.
 * Does not own: how attributes become HTML (checked.ts puts these rules before it).
 * Always holds: a rule takes anything and returns a value that is safe in HTML and CSS, or undefined.
 * Values arrive unchecked from peers (y-tiptap validates no attribute), so every attribute of the
 * schema must have its line here; a test compares the two lists.
 */
import { safeImage, safeLink } from './url.js'

/** Takes any value; returns it in its allowed form, or undefined for "as if it were not set". */
export type AttrRule = (value: unknown) => unknown

const oneOf = (...allowed: readonly string[]): AttrRule => (value) =>
  typeof value === 'string' && allowed.includes(value) ? value : undefined

const matching = (pattern: RegExp): AttrRule => (value) =>
  typeof value === 'string' && pattern.test(value) ? value : undefined

const integer = (least: number, most: number): AttrRule => (value) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most ? number : undefined
}

const text = (longest: number): AttrRule => (value) =>
  typeof value === 'string' ? value.slice(0, longest) : undefined

// An empty address is one too: it means this page. None at all is what is wanted.
const link: AttrRule = (value) => safeLink(value) || undefined
const picture: AttrRule = (value) => safeImage(value) || undefined

const truth: AttrRule = (value) => value === true

/** Hex, a plain word, or numbers inside rgb()/hsl(): nothing that could end the declaration or fetch anything. */
export const color = matching(/^(#[0-9a-f]{3,8}|[a-z]{3,20}|(rgb|hsl)a?\([\d\s.,%/]{1,40}\))$/i)
/** Alignment of text in a block. */
export const textAlign = oneOf('left', 'center', 'right', 'justify')
/** A programming language as highlighters name them: `ts`, `c++`, `objective-c`. */
export const language = matching(/^[\w+#.-]{1,32}$/)
/** Identity of a thread, a person, a suggestion. */
export const id = matching(/^[\w.:@+-]{1,128}$/)
/** Heading level. */
export const level = integer(1, 6)

/** Pixels. */
const length = integer(1, 10_000)
/** A table's spans: what a screen can show; ProseMirror's table map allocates rows x columns. */
const span = integer(1, 1000)

const columnWidths: AttrRule = (value) =>
  Array.isArray(value) && value.length <= 1000 && value.every((width) => width === 0 || length(width) !== undefined)
    ? value.map(Number)
    : undefined

const suggestionId: AttrRule = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : id(value))

/** Values a tracked attribute change went between: any plain JSON, shown nowhere but in data attributes. */
const plainValue: AttrRule = (value) =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value) ? value : undefined

const block = { dir: oneOf('ltr', 'rtl', 'auto') }
const cell = { colspan: span, rowspan: span, colwidth: columnWidths, align: oneOf('left', 'center', 'right'), background: color }

/** The table: rules by node or mark name, then attribute name. */
export const ATTR_RULES: Readonly<Record<string, Readonly<Record<string, AttrRule>>>> = {
  paragraph: { ...block, textAlign },
  heading: { ...block, textAlign, level },
  blockquote: block,
  bulletList: block,
  orderedList: { ...block, start: integer(0, 1_000_000), type: oneOf('1', 'a', 'A', 'i', 'I') },
  listItem: block,
  taskList: block,
  taskItem: { ...block, checked: truth },
  codeBlock: { language },
  image: {
    src: picture,
    alt: text(2000),
    title: text(2000),
    width: length,
    height: length,
    align: oneOf('left', 'center', 'right'),
  },
  table: block,
  tableCell: cell,
  tableHeader: cell,
  mention: { id, label: text(200), mentionSuggestionChar: matching(/^[\p{P}\p{S}]{1,2}$/u) },
  math: { latex: text(10_000) },
  mathBlock: { latex: text(100_000) },
  link: {
    href: link,
    target: () => '_blank',
    rel: () => 'noopener noreferrer nofollow',
    class: () => undefined, // a peer's class would let content dress up as the page around it
    title: text(2000),
  },
  highlight: { color },
  textStyle: {
    color,
    backgroundColor: color,
    fontFamily: matching(/^[\w\s,'-]{1,120}$/),
    fontSize: matching(/^\d{1,3}(\.\d{1,3})?(px|pt|em|rem|%)$/),
    lineHeight: matching(/^\d{1,3}(\.\d{1,3})?(px|em|rem|%)?$/),
  },
  comment: { threadId: id },
  insertion: { id: suggestionId },
  deletion: { id: suggestionId },
  modification: {
    id: suggestionId,
    type: matching(/^\w{1,32}$/),
    attrName: matching(/^\w{1,64}$/),
    previousValue: plainValue,
    newValue: plainValue,
  },
}
