/**
 * A page of somebody else's site: Tiptap's own editor over y-websocket, with carets, as their documentation shows it.
 *
 * Owns: what such a page offers to a test, as `window.tiptap`.
 * Does not own: building and serving it (site.ts).
 * Always holds: nothing of Cowrite is in it; the token goes the only way that a stock client has, as a parameter.
 */
import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret'
import { StarterKit } from '@tiptap/starter-kit'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

export interface StockTiptapPage {
  /** Opens a document with this token, as somebody who claims to be `user`. */
  open(server: string, document: string, token: string, field: string, user: Readonly<Record<string, string>>): void
  /** Whether the connection is there and the document has come. */
  readonly isSynced: boolean
  readonly text: string
}

declare global {
  interface Window {
    tiptap?: StockTiptapPage
  }
}

let provider: WebsocketProvider | undefined
let editor: Editor | undefined

window.tiptap = {
  open: (server, name, token, field, user) => {
    const ydoc = new Y.Doc()
    const element = window.document.createElement('div')
    window.document.body.append(element)
    const sync = (provider = new WebsocketProvider(server, name, ydoc, { disableBc: true, params: { token } }))
    sync.once('sync', () => {
      editor = new Editor({
        element,
        extensions: [
          StarterKit.configure({ undoRedo: false }),
          Collaboration.configure({ document: ydoc, field }),
          CollaborationCaret.configure({ provider: sync, user }),
        ],
      })
    })
  },
  get isSynced() {
    return provider?.synced === true && editor !== undefined
  },
  get text() {
    return editor?.getText() ?? ''
  },
}
