/**
 * A document in a form that people and other programs read.
 *
 * Owns: the forms. Does not own: threads (dump-thread.ts), where the document comes from.
 * Always holds: pure, and heavy: it belongs in a worker. Nothing of the document's schema is known here: what a
 * root type is shows in what it holds, since Yjs does not store it.
 */
import * as Y from 'yjs'

export type DumpFormat = 'json' | 'text' | 'yjs'

/** @returns text in UTF-8, for `yjs` one update with everything */
export function dumpDocument(updates: readonly Uint8Array[], format: DumpFormat): Uint8Array {
  const doc = new Y.Doc()
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update)
  })
  if (format === 'yjs') return Y.encodeStateAsUpdate(doc)
  const roots = [...doc.share.keys()].sort().map((name) => [name, rootOf(doc, name)] as const)
  const text = format === 'json'
    ? `${JSON.stringify(Object.fromEntries(roots.map(([name, root]) => [name, jsonOf(root)])), readable, 2)}\n`
    : roots.map(([, root]) => textOf(root)).filter((part) => part !== '').join('\n\n')
  return new TextEncoder().encode(text)
}

type Root = Y.Text | Y.XmlFragment | Y.Array<unknown> | Y.Map<unknown> | undefined

/** undefined when nothing is left in it that would tell what it is. */
function rootOf(doc: Y.Doc, name: string): Root {
  const { _map: entries, _start: first } = doc.share.get(name) as Y.AbstractType<unknown>
  if (entries.size > 0) return doc.getMap(name)
  for (let item = first; item; item = item.right) {
    const { content } = item
    if (content instanceof Y.ContentString || content instanceof Y.ContentFormat || content instanceof Y.ContentEmbed) return doc.getText(name)
    if (content instanceof Y.ContentType) return isXml(content.type) ? doc.getXmlFragment(name) : doc.getArray(name)
    if (!(content instanceof Y.ContentDeleted)) return doc.getArray(name)
  }
  return undefined
}

const isXml = (type: Y.AbstractType<unknown>): boolean =>
  type instanceof Y.XmlElement || type instanceof Y.XmlText || type instanceof Y.XmlHook

function jsonOf(root: Root): unknown {
  if (root instanceof Y.XmlFragment) return { type: 'doc', content: nodesOf(root) }
  return root === undefined ? null : (root.toJSON() as unknown)
}

/** Bytes as base64, and numbers that JSON does not have as text. */
function readable(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  return typeof value === 'bigint' ? String(value) : value
}

interface ProseMirrorNode {
  readonly type: string
  readonly attrs?: Record<string, unknown>
  readonly content?: ProseMirrorNode[]
  readonly text?: string
  readonly marks?: { readonly type: string; readonly attrs?: Record<string, unknown> }[]
}

/** As y-prosemirror reads them: elements are nodes, formats are marks. */
function nodesOf(parent: Y.XmlFragment): ProseMirrorNode[] {
  return parent.toArray().flatMap((child): ProseMirrorNode[] => {
    if (child instanceof Y.XmlText) return (child.toDelta() as Delta[]).map(textNode)
    if (!(child instanceof Y.XmlElement)) return []
    const attrs = child.getAttributes() as Record<string, unknown>
    const content = nodesOf(child)
    return [{
      type: child.nodeName,
      ...(Object.keys(attrs).length > 0 ? { attrs } : {}),
      ...(content.length > 0 ? { content } : {}),
    }]
  })
}

interface Delta {
  readonly insert: unknown
  readonly attributes?: Record<string, unknown>
}

function textNode({ insert, attributes = {} }: Delta): ProseMirrorNode {
  const text = typeof insert === 'string' ? insert : JSON.stringify(insert, readable)
  const marks = Object.entries(attributes).map(([name, attrs]) => ({
    // Marks that may overlap have a hash behind their name.
    type: name.replace(/--[a-zA-Z0-9+/=]{8}$/, ''),
    ...(typeof attrs === 'object' && attrs !== null && Object.keys(attrs).length > 0 ? { attrs: attrs as Record<string, unknown> } : {}),
  }))
  return { type: 'text', text, ...(marks.length > 0 ? { marks } : {}) }
}

/** What a reader would see: each block on a line of its own. */
function textOf(root: Root): string {
  if (root instanceof Y.XmlFragment) return blocksOf(root).join('\n')
  if (root instanceof Y.Text) return root.toString()
  return root === undefined ? '' : JSON.stringify(root.toJSON(), readable)
}

function blocksOf(parent: Y.XmlFragment): string[] {
  const children = parent.toArray()
  const isLine = children.some((child) => child instanceof Y.XmlText)
  const parts = children.flatMap((child): string[] => {
    if (child instanceof Y.XmlText) return [(child.toDelta() as Delta[]).map(({ insert }) => (typeof insert === 'string' ? insert : '')).join('')]
    if (!(child instanceof Y.XmlElement)) return []
    if (isLine) return [child.nodeName === 'hardBreak' ? '\n' : blocksOf(child).join(' ')]
    const inner = blocksOf(child)
    return inner.length === 0 ? [''] : inner
  })
  return isLine ? [parts.join('')] : parts
}
