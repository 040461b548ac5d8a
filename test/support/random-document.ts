/**
 * Random documents of the frozen schema, for round trips.
 *
 * Owns: drawing nodes, marks, attributes and texts, among them texts that formats stumble over.
 * Does not own: what a format cannot carry (the tests leave that out by `DocumentOptions`).
 * Always holds: what it makes is a valid document, in the form in which an editor gives it.
 */
import { nodeOfJson } from '@cowrite/editor/convert'
import type { Random } from '../protocol/random.js'

export interface Json {
  type: string
  text?: string
  attrs?: Record<string, unknown>
  content?: Json[]
  marks?: { type: string; attrs?: Record<string, unknown> }[]
}

export interface DocumentOptions {
  /** Leave out what is about looks alone: colours, alignment, direction, sizes, and reviewing marks. */
  readonly plain?: boolean
  /** Draw texts from these as well. */
  readonly texts?: readonly string[]
}

const WORDS = [
  'lorem', 'ipsum', 'dolor', 'a', 'The quick brown fox', 'Käse', '漢字かな', '🙂👍🏽', 'שלום', 'x', 'word word', 'it’s', '100%', 'C++', 'e.g.',
]

/** Texts that mean something in HTML or Markdown. */
export const TRICKY_TEXTS = [
  '# x', '1. x', '- x', '+ x', '* x', '---', '===', '***', '> q', '```', '~~~', '    x', '|', 'a | b', '\\', '\\*', '*a*', '**a**', '_a_', '__a__', 'a_b_c',
  '`a`', '``', '$', '$`x`$', '~a~', '~~a~~', '==x==', '++x++', '[a](b)', '[a]', '[ ] x', '[x] x', '![a](b)', '[^1]', '[^1]: x', '[a]: http://b.example', '<b>', '</b>', '<!-- x -->',
  '<script>alert(1)</script>', '<u>', '&amp;', '&#35;', '&', '<', '>', '"', "'", 'http://example.com/a_b', 'www.example.com', 'a@b.example', 'https://x.example/?a=1&b=2', ':tada:',
  '@name', '1) x', '10. x', '-', '+', '#', '##', '>', '- [ ] x', '\t', 'a\tb', 'a  b', ' a', 'a ', '\u00a0', 'a\u00a0b', '|-|', ':-:', '{x}', '%', '^a^', '!', '![', '](', 'a:b', '*', '**', '_', '~',
]

const LINKS = ['https://example.com/', 'http://example.com/a(b)c', 'mailto:a@b.example', '/relative/path', '#anchor', 'https://example.com/?a=1&b="2"', 'tel:+49123', 'https://example.com/a b', 'https://example.com/<x>', 'https://example.com/a_b*c']
const COLORS = ['#ff0000', 'red', 'rgb(1, 2, 3)']

export function randomDocument(random: Random, options: DocumentOptions = {}): Json {
  const blocks = new Blocks(random, options)
  const doc: Json = { type: 'doc', content: blocks.several(1 + random.int(6), 0) }
  return nodeOfJson(doc).toJSON() as Json
}

class Blocks {
  readonly #random: Random
  readonly #options: DocumentOptions

  constructor(random: Random, options: DocumentOptions) {
    this.#random = random
    this.#options = options
  }

  several(count: number, depth: number): Json[] {
    return Array.from({ length: count }, () => this.block(depth))
  }

  block(depth: number): Json {
    const random = this.#random
    const leaves = [
      () => this.paragraph(), () => this.paragraph(), () => this.paragraph(),
      () => ({ type: 'heading', attrs: { level: 1 + random.int(6), ...this.#looks() }, content: this.inline() }),
      () => this.#code(),
      () => ({ type: 'horizontalRule' }),
      () => this.#image(),
      () => ({ type: 'mathBlock', attrs: { latex: random.pick(['x^2', '\\frac{a}{b}', 'a < b & c', '`x`']) } }),
    ]
    const nests = [
      () => ({ type: 'blockquote', content: this.several(1 + random.int(2), depth + 1) }),
      () => ({ type: 'bulletList', content: this.#items('listItem', depth) }),
      () => ({ type: 'orderedList', attrs: { start: random.pick([1, 1, 2, 7]) }, content: this.#items('listItem', depth) }),
      () => ({ type: 'taskList', content: this.#items('taskItem', depth) }),
      () => this.#table(depth),
      () => this.#details(depth),
    ]
    return random.pick(depth < 3 && random.chance(0.4) ? nests : leaves)()
  }

  paragraph(): Json {
    return { type: 'paragraph', attrs: this.#looks(), content: this.inline() }
  }

  inline(): Json[] {
    const random = this.#random
    return Array.from({ length: random.int(5) }, (): Json => {
      const kind = random.int(20)
      if (kind === 0) return { type: 'hardBreak' }
      if (kind === 1) return { type: 'mention', attrs: { id: random.pick(['ada', 'u:1', 'a.b@c']), label: random.pick(['Ada', 'Grace Hopper', 'a]b', '*x*']) } }
      if (kind === 2) return { type: 'math', attrs: { latex: random.pick(['x^2', 'a_b', '\\sum', 'a < b']) } }
      return { type: 'text', text: this.#text(), marks: this.#marks() }
    })
  }

  #text(): string {
    const random = this.#random
    const texts = [...WORDS, ...(this.#options.texts ?? [])]
    return Array.from({ length: 1 + random.int(3) }, () => random.pick(texts)).join(random.pick(['', ' ', ' ']))
  }

  #marks(): NonNullable<Json['marks']> {
    const random = this.#random
    const marks: NonNullable<Json['marks']> = []
    if (random.chance(0.15)) marks.push({ type: 'link', attrs: { href: random.pick(LINKS) } })
    if (random.chance(0.1)) return [...marks, { type: 'code' }]
    for (const type of ['bold', 'italic', 'strike', 'underline', 'highlight']) if (random.chance(0.15)) marks.push({ type })
    if (random.chance(0.1)) marks.push({ type: random.pick(['subscript', 'superscript']) })
    if (this.#options.plain) return marks
    if (random.chance(0.1)) marks.push({ type: 'textStyle', attrs: { color: random.pick(COLORS), fontSize: random.pick(['12px', '1.5em', null]) } })
    if (random.chance(0.1)) marks.push({ type: 'comment', attrs: { threadId: random.pick(['t1', 't2']) } })
    if (random.chance(0.05)) marks.push({ type: 'insertion', attrs: { id: random.pick([1, 'x']) } })
    return marks
  }

  #looks(): Record<string, unknown> {
    const random = this.#random
    if (this.#options.plain || random.chance(0.8)) return {}
    return { textAlign: random.pick(['center', 'right', null]), dir: random.pick(['ltr', 'rtl', null]) }
  }

  #code(): Json {
    const random = this.#random
    const text = random.pick(['', 'const a = 1', 'a\n\n  b\n', '```\nx\n```', '~~~', '<b>&amp;</b>', '\tx', '\n', ' x', '# not a heading', '*a*'])
    return { type: 'codeBlock', attrs: { language: random.pick([null, 'ts', 'c++']) }, ...(text !== '' && { content: [{ type: 'text', text }] }) }
  }

  #image(): Json {
    const random = this.#random
    return { type: 'image', attrs: {
      src: random.pick(['https://example.com/a.png', '/files/abc', 'https://example.com/a(b).png']),
      alt: random.pick([null, 'A picture', 'a]b', '*x*']),
      title: random.pick([null, 'Title', 'a "b" c']),
      ...(!this.#options.plain && { width: random.pick([null, 200]), align: random.pick([null, 'center']) }),
    } }
  }

  #items(type: 'listItem' | 'taskItem', depth: number): Json[] {
    const random = this.#random
    return Array.from({ length: 1 + random.int(3) }, (): Json => ({
      type,
      ...(type === 'taskItem' && { attrs: { checked: random.chance(0.5) } }),
      content: [this.paragraph(), ...(random.chance(0.3) ? this.several(1, depth + 1) : [])],
    }))
  }

  #table(depth: number): Json {
    const random = this.#random
    const columns = 1 + random.int(3)
    const isGrid = random.chance(0.6)
    const row = (cell: string): Json => ({
      type: 'tableRow',
      content: Array.from({ length: columns }, () => ({
        type: cell,
        ...(!this.#options.plain && random.chance(0.2) && { attrs: { colwidth: [120], align: random.pick(['left', 'center']), background: random.pick(COLORS) } }),
        content: isGrid ? [this.paragraph()] : this.several(1, depth + 2),
      })),
    })
    return { type: 'table', content: [row(isGrid ? 'tableHeader' : 'tableCell'), ...Array.from({ length: random.int(3) }, () => row('tableCell'))] }
  }

  #details(depth: number): Json {
    return { type: 'details', content: [
      { type: 'detailsSummary', content: [{ type: 'text', text: this.#text() }] },
      { type: 'detailsContent', content: this.several(1, depth + 1) },
    ] }
  }
}
