/**
 * HTML from anywhere as a document, without a DOM.
 *
 * Owns: the way from text over parse5's tree to ProseMirror's parser.
 * Does not own: what an element becomes (the schema's parse rules), which values are kept (schema/attrs.ts).
 * Always holds: what comes out is a valid document; scripts, styles and everything unknown leave at most their text.
 */
import type { JSONContent } from '@tiptap/core'
import { DOMParser as ContentParser, type ParseRule } from '@tiptap/pm/model'
import { defaultTreeAdapter, type DefaultTreeAdapterTypes, parse } from 'parse5'
import { ConvertError, documentSchema, nodeOfJson } from './document.js'
import { PlainElement, PlainText } from './plain-dom.js'

/** Deepest nesting of elements taken; mails with nested tables reach about 50. */
export const MAX_HTML_DEPTH = 200

/**
 * The document that this HTML holds: a whole page or a piece.
 * @throws ConvertError when it is nested beyond reason
 */
export function jsonOfHtml(html: string): JSONContent {
  const body = plainBody(html)
  const parsed = parserOf().parse(body as unknown as globalThis.Node)
  const json = parsed.toJSON() as JSONContent
  if (!json.content?.length) return { type: 'doc', content: [{ type: 'paragraph' }] }
  return nodeOfJson(json).toJSON() as JSONContent
}

let parser: ContentParser | undefined
/** ProseMirror decides by rule, not by element, whether spaces at the ends of a block count. */
function parserOf(): ContentParser {
  if (parser) return parser
  const schema = documentSchema()
  const { rules } = ContentParser.fromSchema(schema)
  const spaced = rules.flatMap((rule): ParseRule[] => {
    if (!('tag' in rule) || rule.tag === undefined || rule.node === undefined) return []
    const type = schema.nodes[rule.node]
    return type?.isTextblock && !type.spec.code
      ? [{ ...rule, tag: `${rule.tag}[style*="white-space: pre-wrap"]`, preserveWhitespace: 'full' }]
      : []
  })
  return (parser = new ContentParser(schema, [...spaced, ...rules]))
}

function plainBody(html: string): PlainElement {
  let depth = 0
  // While it reads: its time grows with the square of the depth.
  const onItemPush = (): void => {
    depth += 1
    if (depth > MAX_HTML_DEPTH) throw new ConvertError(`the HTML is nested more than ${MAX_HTML_DEPTH} levels deep`)
  }
  const onItemPop = (): void => {
    depth -= 1
  }
  const page = parse(html, { treeAdapter: { ...defaultTreeAdapter, onItemPush, onItemPop } })
  const root = new PlainElement('body')
  const body = page.childNodes.find((node) => node.nodeName === 'html') as DefaultTreeAdapterTypes.Element | undefined
  const waiting: [DefaultTreeAdapterTypes.ChildNode, PlainElement][] = []
  const queue = (children: readonly DefaultTreeAdapterTypes.ChildNode[], parent: PlainElement): void => {
    for (const child of children) waiting.push([child, parent])
  }
  const found = body?.childNodes.find((node) => node.nodeName === 'body') as DefaultTreeAdapterTypes.Element | undefined
  queue(found?.childNodes ?? [], root)
  // In the order of the tree within each parent, which is all that matters; without recursion.
  for (const [node, parent] of waiting) {
    if (node.nodeName === '#text') parent.appendChild(new PlainText((node as DefaultTreeAdapterTypes.TextNode).value))
    if (!('tagName' in node)) continue
    const element = new PlainElement(node.tagName, node.attrs.map(({ name, value }) => [name, value] as const))
    parent.appendChild(element)
    queue(node.childNodes, element)
  }
  return root
}
