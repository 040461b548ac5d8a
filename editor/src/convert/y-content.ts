/**
 * The content of a Yjs document as ProseMirror JSON, and a document's first update.
 *
 * Owns: reading y-tiptap's form of elements, texts and marks.
 * Does not own: changing a document that others have open (diff/).
 * Always holds: reading changes nothing, and never fails at what a peer wrote: nodes and marks that the schema
 * does not know are left out, and so is what is nested beyond reason.
 */
import type { JSONContent } from '@tiptap/core'
import { prosemirrorJSONToYXmlFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { CONTENT_FIELD } from '../schema/index.js'
import { documentSchema, EMPTY_DOCUMENT, MAX_NESTING, nodeOfJson } from './document.js'

/** The content of the document of which this is the state (an update that holds all of it). */
export function jsonOfUpdate(update: Uint8Array): JSONContent {
  const ydoc = new Y.Doc()
  Y.applyUpdate(ydoc, update)
  const json = jsonOfFragment(ydoc.getXmlFragment(CONTENT_FIELD))
  ydoc.destroy()
  return json
}

/** What a fragment holds, in the form in which an editor gives it: all attributes, marks in the schema's order. */
export function jsonOfFragment(fragment: Y.XmlFragment): JSONContent {
  const content = contentOf(fragment, 0)
  const json = content.length === 0 ? EMPTY_DOCUMENT : { type: 'doc', content }
  return documentSchema().nodeFromJSON(json).toJSON() as JSONContent
}

/**
 * The update that makes an empty document hold this content. Two of these do not merge into one text: for a
 * document that is there already use `contentUpdate` of diff/.
 * @throws ConvertError when it is no document
 */
export function updateOfJson(json: unknown): Uint8Array {
  const ydoc = new Y.Doc()
  prosemirrorJSONToYXmlFragment(documentSchema(), nodeOfJson(json).toJSON(), ydoc.getXmlFragment(CONTENT_FIELD))
  const update = Y.encodeStateAsUpdate(ydoc)
  ydoc.destroy()
  return update
}

function contentOf(parent: Y.XmlFragment | Y.XmlElement, depth: number): JSONContent[] {
  if (depth > MAX_NESTING) return []
  return parent.toArray().flatMap((child): JSONContent[] => {
    if (child instanceof Y.XmlText) return textsOf(child)
    if (!(child instanceof Y.XmlElement) || !Object.hasOwn(documentSchema().nodes, child.nodeName)) return []
    const attrs = child.getAttributes() as Record<string, unknown>
    const content = contentOf(child, depth + 1)
    return [{
      type: child.nodeName,
      ...(Object.keys(attrs).length > 0 && { attrs }),
      ...(content.length > 0 && { content }),
    }]
  })
}

interface DeltaPart {
  readonly insert: unknown
  readonly attributes?: Readonly<Record<string, unknown>>
}

const textsOf = (text: Y.XmlText): JSONContent[] =>
  (text.toDelta() as DeltaPart[]).flatMap(({ insert, attributes = {} }): JSONContent[] => {
    if (typeof insert !== 'string' || insert === '') return []
    const marks = Object.entries(attributes).flatMap(([key, value]) => {
      // y-tiptap gives marks that may overlap a name of their own: `comment--<hash>`.
      const type = key.replace(/--[\w+/=]{8}$/, '')
      if (value === null || !Object.hasOwn(documentSchema().marks, type)) return []
      const attrs = typeof value === 'object' ? (value as Record<string, unknown>) : {}
      return [{ type, ...(Object.keys(attrs).length > 0 && { attrs }) }]
    })
    return [{ type: 'text', text: insert, ...(marks.length > 0 && { marks }) }]
  })
