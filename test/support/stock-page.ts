/**
 * A page of somebody else's site: stock y-websocket clients of all versions, in a browser.
 *
 * Owns: what such a page offers to a test, as `window.stock`.
 * Does not own: building and serving it (stock-site.ts).
 * Always holds: nothing of Cowrite is in it.
 */
import { WebsocketProvider as Version3 } from 'y-websocket'
import { WebsocketProvider as Version1 } from 'y-websocket-v1'
import { WebsocketProvider as Version2 } from 'y-websocket-v2'
import * as Y from 'yjs'

const VERSIONS = { v1: Version1, v2: Version2, v3: Version3 }

export interface StockPage {
  /** Joins a document with the client of this version; what is written goes into the XML fragment of this name. */
  join(version: keyof typeof VERSIONS, server: string, document: string, field: string): void
  /** Appends a paragraph. */
  write(version: keyof typeof VERSIONS, text: string): void
  /** The fragment as XML. */
  read(version: keyof typeof VERSIONS): string
}

declare global {
  interface Window {
    stock?: StockPage
  }
}

const clients = new Map<string, { fragment: Y.XmlFragment; provider: Version1 | Version2 | Version3 }>()

window.stock = {
  join: (version, server, document, field) => {
    const doc = new Y.Doc()
    // Without BroadcastChannel: clients of one page would otherwise sync past the server.
    const provider = new VERSIONS[version](server, document, doc, { disableBc: true })
    clients.set(version, { fragment: doc.getXmlFragment(field), provider })
  },
  write: (version, text) => {
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [new Y.XmlText(text)])
    const fragment = clients.get(version)?.fragment
    fragment?.insert(fragment.length, [paragraph])
  },
  read: (version) => clients.get(version)?.fragment.toString() ?? '',
}
