/**
 * The text of a block as the phrases of a Markdown tree.
 *
 * Owns: nesting of marks, and the cases in which asterisks would not be read as they were meant: there, HTML
 * tags say the same.
 * Does not own: escaping of characters (mdast-util-to-markdown).
 * Always holds: spaces at the ends of bold, italic and struck text stand outside of the marks, where Markdown
 * can have them.
 */
import type { Mark, Node } from '@tiptap/pm/model'
import type { PhrasingContent } from 'mdast'
import { safeLink } from '../schema/index.js'

interface Piece {
  readonly node: Node
  readonly text: string
  readonly marks: readonly Mark[]
}

export interface PhraseOptions {
  /** Whether all has to stay on one line, as in headings and cells. */
  readonly oneLine?: boolean
}

/** Marks whose signs Markdown reads only beside letters, or inside spaces. */
const ATTENTION: Readonly<Record<string, { readonly type: 'strong' | 'emphasis' | 'delete'; readonly tag: string }>> = {
  bold: { type: 'strong', tag: 'strong' },
  italic: { type: 'emphasis', tag: 'em' },
  strike: { type: 'delete', tag: 's' },
}
const TAGS: Readonly<Record<string, string>> = {
  underline: 'u', subscript: 'sub', superscript: 'sup', highlight: 'mark', insertion: 'ins', deletion: 'del',
}
/** From the outside in, where a run of text leaves the choice. */
const ORDER = ['link', 'bold', 'italic', 'strike', 'underline', 'highlight', 'subscript', 'superscript', 'insertion', 'deletion', 'code']

export function phrasesOf(block: Node, options: PhraseOptions = {}): PhrasingContent[] {
  let pieces: Piece[] = block.children.map((node) => ({
    node,
    text: (node.text ?? '').replace(/\r\n?|\n/g, ' '),
    marks: node.marks.filter(({ type, attrs }) => ORDER.includes(type.name) && (type.name !== 'link' || safeLink(attrs['href']) !== '')),
  }))
  if (pieces.every(({ node, text }) => node.isText && text.trim() === '')) return []
  for (const name of Object.keys(ATTENTION)) pieces = withoutOuterSpaces(pieces, name)
  const phrases = new Phrases(options.oneLine ?? false).nest(pieces, '', '')
  if (options.oneLine) return withOuterSpaces(phrases)
  // A tag alone on a line would be HTML and no paragraph.
  const isAlone = phrases.length === 1 && phrases[0]?.type === 'html'
  return isAlone ? [{ type: 'html', value: '<wbr>' }, ...phrases] : phrases
}

const has = ({ marks }: Piece, name: string): boolean => marks.some(({ type }) => type.name === name)
const without = (piece: Piece, name: string): Piece => ({ ...piece, marks: piece.marks.filter(({ type }) => type.name !== name) })
const isBlank = ({ node, text }: Piece): boolean => node.type.name === 'hardBreak' || (node.isText && /^\s*$/.test(text))

/** The spaces at both ends; those of a text of nothing else stand before it. Not by an expression: peers write the text, and one would go back and forth in it. */
function outerSpaces(text: string): [before: string, after: string] {
  const rest = text.trimStart()
  return [text.slice(0, text.length - rest.length), rest.slice(rest.trimEnd().length)]
}

/** Takes the mark off the spaces at both ends of each of its runs. */
function withoutOuterSpaces(pieces: readonly Piece[], name: string): Piece[] {
  const split = pieces.flatMap((piece): Piece[] => {
    const [before, after] = has(piece, name) && piece.node.isText ? outerSpaces(piece.text) : ['', '']
    const middle = piece.text.slice(before.length, piece.text.length - after.length)
    return before === '' && after === '' ? [piece] : [before, middle, after].filter((text) => text !== '').map((text) => ({ ...piece, text }))
  })
  const bare = (start: number, step: 1 | -1, result: Piece[]): void => {
    for (let at = start; at >= 0 && at < result.length; at += step) {
      const isEdge = result[at - step] === undefined || !has(result[at - step]!, name)
      if (isEdge && has(result[at]!, name) && isBlank(result[at]!)) result[at] = without(result[at]!, name)
    }
  }
  bare(0, 1, split)
  bare(split.length - 1, -1, split)
  return split
}

class Phrases {
  readonly #oneLine: boolean
  constructor(oneLine: boolean) {
    this.#oneLine = oneLine
  }

  /** @param before the character before these pieces; @param after the one behind: what signs would stand beside. */
  nest(pieces: readonly Piece[], before: string, after: string): PhrasingContent[] {
    const result: PhrasingContent[] = []
    for (let at = 0; at < pieces.length;) {
      const [mark, end] = longestMark(pieces, at)
      const previous = at === 0 ? before : lastOf(result)
      if (!mark) {
        result.push(...this.#leaf(pieces[at]!, pieces[at + 1]))
        at += 1
        continue
      }
      const inner = pieces.slice(at, end).map((piece) => ({ ...piece, marks: piece.marks.filter((other) => !other.eq(mark)) }))
      const next = end === pieces.length ? after : firstOf(pieces[end]!)
      result.push(...this.#marked(mark, inner, previous, next))
      at = end
    }
    return joined(result)
  }

  #marked(mark: Mark, inner: readonly Piece[], before: string, after: string): PhrasingContent[] {
    const { name } = mark.type
    if (name === 'link') {
      const title = (mark.attrs['title'] as string | null | undefined) ?? null
      return [{ type: 'link', url: safeLink(mark.attrs['href']), title, children: this.nest(inner, '[', ']') as never }]
    }
    if (name === 'code') return [{ type: 'inlineCode', value: inner.map(({ text }) => text).join('') }]
    const attention = ATTENTION[name]
    const isPlain = attention !== undefined && !isRisky(before, firstOf(inner[0]!)) && !isRisky(after, lastOfPiece(inner.at(-1)!))
    if (isPlain) return [{ type: attention.type, children: this.nest(inner, '*', '*') }]
    const tag = attention?.tag ?? TAGS[name]!
    return [{ type: 'html', value: `<${tag}>` }, ...this.nest(inner, '>', '<'), { type: 'html', value: `</${tag}>` }]
  }

  #leaf({ node, text }: Piece, next: Piece | undefined): PhrasingContent[] {
    switch (node.type.name) {
      case 'hardBreak':
        // A line that begins with a tag would be read as HTML, and a break before nothing as nothing.
        return [this.#oneLine || !next?.node.isText || next.marks.length > 0 ? { type: 'html', value: '<br>' } : { type: 'break' }]
      case 'mention': {
        const { id, label, mentionSuggestionChar } = node.attrs as Record<string, string | null>
        const shown = `${mentionSuggestionChar ?? '@'}${label ?? id ?? ''}`
        return [{ type: 'link', url: `mention:${encodeURIComponent(id ?? '')}`, children: [{ type: 'text', value: shown }] }]
      }
      case 'math':
        return [{ type: 'html', value: formula(String(node.attrs['latex']).replace(/\s+/g, ' ')) }]
      default:
        return text === '' ? [] : [{ type: 'text', value: text }]
    }
  }
}

/** Of the marks of the piece at `at`, the one that reaches furthest, and where it ends. */
function longestMark(pieces: readonly Piece[], at: number): readonly [Mark | undefined, number] {
  let best: readonly [Mark | undefined, number] = [undefined, at + 1]
  const marks = pieces[at]!.marks.toSorted((a, b) => ORDER.indexOf(a.type.name) - ORDER.indexOf(b.type.name))
  for (const mark of marks) {
    // Code holds nothing but text: no links, no formulas.
    const mayHold = (piece: Piece): boolean => mark.type.name !== 'code' || (piece.node.isText && piece.marks.length === 1)
    let end = at
    while (end < pieces.length && mayHold(pieces[end]!) && pieces[end]!.marks.some((other) => other.eq(mark))) end += 1
    if (end > at && (best[0] === undefined || end > best[1])) best = [mark, end]
  }
  return best
}

/** GitHub's way to write a formula inside a line. */
function formula(latex: string): string {
  const longest = Math.max(0, ...(latex.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(longest + 1)
  const pad = /^`|`$|^ .* $/.test(latex) ? ' ' : ''
  return `$${fence}${pad}${latex}${pad}${fence}$`
}

const SIGN = '*'
/** The first character, or a sign where Markdown puts one. */
const firstOf = ({ node, text, marks }: Piece): string => (node.isText && marks.length === 0 ? (/^./su.exec(text)?.[0] ?? '') : SIGN)
const lastOfPiece = ({ node, text, marks }: Piece): string => (node.isText && marks.length === 0 ? (/.$/su.exec(text)?.[0] ?? '') : SIGN)
function lastOf(phrases: readonly PhrasingContent[]): string {
  const last = phrases.at(-1)
  return last?.type === 'text' ? (/.$/su.exec(last.value)?.[0] ?? '') : (last?.type ?? '')
}

/**
 * Whether a sign between these would not be read as one: after a letter it has to be followed by one; and two
 * signs beside each other are read as one. Beyond U+FFFF readers disagree on what a letter is.
 */
function isRisky(outside: string, inside: string): boolean {
  if (['strong', 'emphasis', 'delete'].includes(outside)) return true
  if (outside === '' || outside.length > 2 || /^\s$/u.test(outside)) return false
  const mayBeLetter = outside.length === 2 || !/[\p{P}\p{S}]/u.test(outside)
  const mayBeSign = inside.length === 2 || /[\p{P}\p{S}]/u.test(inside)
  return mayBeLetter && mayBeSign
}

/** Spaces at the ends of a cell, which would be taken for its padding, as character references. */
function withOuterSpaces(phrases: readonly PhrasingContent[]): PhrasingContent[] {
  const references = (spaces: string): PhrasingContent[] =>
    spaces === '' ? [] : [{ type: 'html', value: [...spaces].map((space) => `&#${space.codePointAt(0)};`).join('') }]
  return phrases.flatMap((phrase, index): PhrasingContent[] => {
    if (phrase.type !== 'text') return [phrase]
    const before = index === 0 ? outerSpaces(phrase.value)[0] : ''
    const rest = phrase.value.slice(before.length)
    const middle = index === phrases.length - 1 ? rest.trimEnd() : rest
    const after = rest.slice(middle.length)
    return [...references(before), ...(middle === '' ? [] : [{ type: 'text' as const, value: middle }]), ...references(after)]
  })
}

/** Neighbouring texts as one. */
function joined(phrases: readonly PhrasingContent[]): PhrasingContent[] {
  const result: PhrasingContent[] = []
  for (const phrase of phrases) {
    const last = result.at(-1)
    if (phrase.type === 'text' && last?.type === 'text') result[result.length - 1] = { type: 'text', value: last.value + phrase.value }
    else result.push(phrase)
  }
  return result
}
