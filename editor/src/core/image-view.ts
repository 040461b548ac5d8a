/**
 * Showing pictures that the server keeps, wherever the editor stands.
 *
 * Owns: adding the server's address to that of its own files.
 * Does not own: which addresses are allowed (schema/url.ts).
 * Always holds: the document holds `/files/<hash>` alone, so it can move to another address; what is
 * shown has passed the schema's rules.
 */
import type { Extensions, Node } from '@tiptap/core'

const OWN_FILE = /^\/files\/[0-9a-f]{64}$/

/** The same extensions, with pictures shown from this server. @param server its HTTP address, without a slash at its end */
export const withOwnImages = (extensions: Extensions, server: string): Extensions =>
  extensions.map((extension) => (extension.name === 'image' ? shownFrom(extension as Node, server) : extension))

const shownFrom = (image: Node, server: string): Node =>
  image.extend({
    addNodeView: () => ({ HTMLAttributes }) => {
      const dom = document.createElement('img')
      for (const [name, value] of Object.entries(HTMLAttributes as Record<string, unknown>)) {
        if (value !== null && value !== undefined && name !== 'src') dom.setAttribute(name, String(value))
      }
      const src = String(HTMLAttributes['src'] ?? '')
      if (!dom.hasAttribute('alt')) dom.alt = ''
      dom.decoding = 'async'
      if (src !== '') dom.src = OWN_FILE.test(src) ? server + src : src
      return { dom }
    },
  })
