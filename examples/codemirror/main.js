/** CodeMirror over the stock provider: a document is whatever its editors make of it, here one text. */
import { keymap } from '@codemirror/view'
import { basicSetup, EditorView } from 'codemirror'
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { server } from '../server.js'

const ydoc = new Y.Doc()
const text = ydoc.getText('codemirror')
const provider = new WebsocketProvider(server.replace(/^http/, 'ws'), 'examples/codemirror', ydoc)
provider.on('status', ({ status }) => {
  document.getElementById('status').textContent = status
})
provider.awareness.setLocalStateField('user', { name: `Guest ${ydoc.clientID % 1000}`, color: '#2f5fd0', colorLight: '#2f5fd033' })

export const view = new EditorView({
  parent: document.getElementById('editor'),
  doc: text.toString(),
  extensions: [
    keymap.of(yUndoManagerKeymap), // first: undo of one's own text only
    basicSetup,
    yCollab(text, provider.awareness, { undoManager: new Y.UndoManager(text) }),
  ],
})
