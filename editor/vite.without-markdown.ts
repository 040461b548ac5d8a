/**
 * Leaves out of the page how Tiptap's extensions read and write Markdown: the page has its own (src/convert), which is
 * fetched when it is wanted.
 *
 * Owns: finding these parts in the syntax tree, and cutting them out.
 * Always holds: only whole properties of object literals go, of Tiptap's packages alone; what they used is then found
 * to be unused by the bundler. Nothing of Tiptap reads them but `@tiptap/markdown`, which is not there.
 */
import type { Plugin } from 'vite'

const PROPERTIES = new Set(['parseMarkdown', 'renderMarkdown', 'markdownTokenizer', 'markdownTokenName', 'markdownOptions'])
/** Functions of @tiptap/core whose results are such properties, spread into an extension. */
const SPREAD = /^create\w+MarkdownSpec$/

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly name?: string
  readonly key?: Node
  readonly argument?: Node
  readonly callee?: Node
}

export const withoutTiptapsMarkdown: Plugin = {
  name: 'without-tiptaps-markdown',
  transform: {
    filter: { id: /node_modules\/@tiptap\/.*\.js$/, code: /Markdown/ },
    handler(code) {
      const parts: Node[] = []
      collect(this.parse(code) as unknown as Node, parts)
      // From the end on, so that the places before stay what they are.
      const left = parts.toReversed().reduce((text, { start, end }) => text.slice(0, start) + text.slice(end).replace(/^\s*,/, ''), code)
      return { code: left, map: null }
    },
  },
}

function collect(node: Node, parts: Node[]): void {
  if (isMarkdown(node)) return void parts.push(node)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (typeof (child as Node | null)?.type === 'string') collect(child as Node, parts)
  }
}

function isMarkdown({ type, key, argument }: Node): boolean {
  if (type === 'Property') return PROPERTIES.has(key?.name ?? '')
  return type === 'SpreadElement' && SPREAD.test(argument?.callee?.name ?? '')
}
