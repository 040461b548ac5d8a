/**
 * A document as HTML, without a DOM.
 *
 * Owns: a document just large enough for ProseMirror's serializer, which writes text instead of building nodes.
 * Does not own: which elements and attributes there are (the schema renders them, behind the rules of
 * schema/attrs.ts).
 * Always holds: text and attribute values are escaped, and only elements and attributes of the lists below come
 * out, whatever the schema renders: a second lock on the same door.
 */
import type { JSONContent } from '@tiptap/core'
import { DOMSerializer, type Fragment as ContentFragment, type Node } from '@tiptap/pm/model'
import { safeImage, safeLink } from '../schema/index.js'
import { documentSchema, nodeOfJson, REVIEW_MARKS, withoutMarks } from './document.js'

const ELEMENTS = new Set([
  'a', 'b', 'blockquote', 'br', 'code', 'del', 'details', 'div', 'em', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'i', 'img', 'input', 'ins',
  'label', 'li', 'mark', 'ol', 'p', 'pre', 's', 'span', 'strong', 'sub', 'summary', 'sup', 'table', 'tbody', 'td', 'th', 'tr', 'u', 'ul',
])
const VOID = new Set(['br', 'hr', 'img', 'input'])
const ATTRIBUTES = new Set([
  'align', 'alt', 'checked', 'class', 'colspan', 'colwidth', 'dir', 'height', 'href', 'rel', 'rowspan', 'src', 'start', 'style', 'target',
  'title', 'type', 'width',
])

export interface HtmlOptions {
  /** Whether the anchors of comments are written, too; default false. */
  readonly review?: boolean
}

/**
 * HTML of the document's content: no `<html>` or `<body>` around it.
 * @throws ConvertError when it is no document
 */
export function htmlOfJson(json: unknown, options: HtmlOptions = {}): string {
  const node = nodeOfJson(json)
  return htmlOfNodes((options.review ? node : nodeOfJson(withoutMarks(node.toJSON() as JSONContent, REVIEW_MARKS))).content)
}

/** HTML of these nodes. */
export function htmlOfNodes(nodes: ContentFragment): string {
  const target = new Fragment()
  // The serializer asks for nothing but what these classes have.
  serializerOf().serializeFragment(nodes, { document: writer as unknown as Document }, target as unknown as DocumentFragment)
  return target.html()
}

let serializer: DOMSerializer | undefined
function serializerOf(): DOMSerializer {
  if (serializer) return serializer
  const schema = documentSchema()
  const nodes = DOMSerializer.nodesFromSchema(schema)
  for (const [name, type] of Object.entries(schema.nodes)) {
    const render = nodes[name]
    if (!type.isTextblock || type.spec.code || !render) continue
    nodes[name] = (node) => withSpaces(render(node), node)
  }
  return (serializer = new DOMSerializer(nodes, DOMSerializer.marksFromSchema(schema)))
}

/** HTML joins spaces and drops those at the ends of a block; text that has such says that they count. */
function withSpaces(spec: ReturnType<DOMSerializer['nodes'][string]>, node: Node): typeof spec {
  const text = node.textBetween(0, node.content.size, undefined, '\ufffc')
  if (!/(^|\ufffc)[ \t\f]|[ \t\f]($|\ufffc)|[ \t\f]{2}|[\t\f\r\n]/.test(text) || !Array.isArray(spec)) return spec
  const [tag, attributes, ...rest] = spec as unknown as readonly [string, Record<string, string>, ...unknown[]]
  const style = [attributes['style']?.replace(/;\s*$/, ''), 'white-space: pre-wrap'].filter(Boolean).join('; ')
  return [tag, { ...attributes, style }, ...rest] as unknown as typeof spec
}

class Text {
  readonly nodeType = 3
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  html(): string {
    return this.#text.replace(/[&<>\u00a0]/g, (character) => ESCAPES[character]!)
  }
}

class Fragment {
  readonly nodeType: number = 11
  protected readonly children: { html(): string }[] = []
  appendChild(child: { html(): string }): void {
    this.children.push(child)
  }
  html(): string {
    return this.children.map((child) => child.html()).join('')
  }
}

class Element extends Fragment {
  override readonly nodeType = 1
  readonly #tag: string
  readonly #attributes = new Map<string, string>()
  constructor(tag: string) {
    super()
    this.#tag = tag
  }
  setAttribute(name: string, value: unknown): void {
    if (!ATTRIBUTES.has(name) && !name.startsWith('data-')) return
    const text = String(value)
    if (name === 'href' && safeLink(text) === '') return
    if (name === 'src' && safeImage(text) === '') return
    this.#attributes.set(name, text)
  }
  override html(): string {
    if (!ELEMENTS.has(this.#tag)) return super.html()
    const attributes = [...this.#attributes].map(([name, value]) => ` ${name}="${value.replace(/[&<>"\n\r\u00a0]/g, (character) => ESCAPES[character]!)}"`)
    const open = `<${this.#tag}${attributes.join('')}>`
    return VOID.has(this.#tag) ? open : `${open}${super.html()}</${this.#tag}>`
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;', '\r': '&#13;', '\u00a0': '&nbsp;',
}

const writer = {
  createElement: (tag: string) => new Element(tag.toLowerCase()),
  createTextNode: (text: string) => new Text(text),
  createDocumentFragment: () => new Fragment(),
}
