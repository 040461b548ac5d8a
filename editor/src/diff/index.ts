/**
 * Turning a document into another content by the fewest changes. Needs no DOM.
 *
 * Owns: comparing the content that is there with the content that shall be, and writing the difference.
 * Does not own: formats other than ProseMirror JSON (convert/), how the difference reaches others.
 * Always holds: what is the same in both is not touched, so carets, comments and edits of others in it stay;
 * content that is equal changes nothing at all.
 */
import * as Y from 'yjs'
import { updateOfJson } from '../convert/y-content.js'
import { CONTENT_FIELD } from '../schema/index.js'
import { updateChildren } from './content.js'

/**
 * Makes the document hold this content, in one transaction.
 * @param origin the transaction's origin
 * @throws ConvertError when it is no document; nothing is changed then
 */
export function replaceContent(ydoc: Y.Doc, json: unknown, origin?: unknown): void {
  const target = new Y.Doc()
  Y.applyUpdate(target, updateOfJson(json))
  ydoc.transact(() => updateChildren(ydoc.getXmlFragment(CONTENT_FIELD), target.getXmlFragment(CONTENT_FIELD)), origin ?? null)
  target.destroy()
}

/**
 * The update that turns a document into this content.
 * @param state the document as it is now, as one update
 * @returns undefined when it holds this content already
 * @throws ConvertError when it is no document
 */
export function contentUpdate(state: Uint8Array, json: unknown): Uint8Array | undefined {
  const ydoc = new Y.Doc()
  Y.applyUpdate(ydoc, state)
  const changes: Uint8Array[] = []
  ydoc.on('update', (update: Uint8Array) => changes.push(update))
  replaceContent(ydoc, json)
  ydoc.destroy()
  return changes.length === 0 ? undefined : Y.mergeUpdates(changes)
}
