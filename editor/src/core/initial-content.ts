/**
 * Content for a document that is empty when it is opened.
 *
 * Owns: making Yjs content of ProseMirror JSON or HTML, and waiting until the document has content.
 * Does not own: that it is taken once (the server sees to that).
 * Always holds: the text is not shown before it is known whether the content was taken: whoever typed earlier
 * would make the document not empty.
 */
import type { CowriteProvider } from '@cowrite/client'
import { createNodeFromContent, type JSONContent } from '@tiptap/core'
import { Node, type Schema } from '@tiptap/pm/model'
import { prosemirrorToYXmlFragment } from '@tiptap/y-tiptap'
import { CONTENT_FIELD } from '../schema/index.js'

/**
 * @returns offers the content to the server, once for each provider; resolves when the document has content or cannot be given any
 * @throws Error when the content does not fit the schema
 */
export function seeder(content: JSONContent | string, schema: Schema): (provider: CowriteProvider) => Promise<void> {
  const made = createNodeFromContent(content, schema, { slice: false, errorOnInvalidContent: true })
  if (!(made instanceof Node)) throw new Error('the initial content is no document')
  const asked = new WeakMap<CowriteProvider, Promise<void>>()
  return (provider) => {
    const running = asked.get(provider)
    if (running) return running
    const seeded = provider.seed((ydoc) => void prosemirrorToYXmlFragment(made, ydoc.getXmlFragment(CONTENT_FIELD)))
    // A server without seeds, or one that refuses: the document opens as it is.
    const run = seeded.then(() => undefined, () => undefined)
    asked.set(provider, run)
    return run
  }
}
