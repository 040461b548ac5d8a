/** Tiptap with its own collaboration, and the stock provider: the server speaks y-websocket. */
import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret'
import { StarterKit } from '@tiptap/starter-kit'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { server } from '../server.js'

const ydoc = new Y.Doc()
const provider = new WebsocketProvider(server.replace(/^http/, 'ws'), 'examples/tiptap', ydoc)
provider.on('status', ({ status }) => {
  document.getElementById('status').textContent = status
})

export const editor = new Editor({
  element: document.getElementById('editor'),
  extensions: [
    StarterKit.configure({ undoRedo: false }), // Collaboration brings one that leaves others' text alone
    Collaboration.configure({ document: ydoc }),
    CollaborationCaret.configure({ provider, user: { name: `Guest ${ydoc.clientID % 1000}`, color: '#2f5fd0' } }),
  ],
})
