/**
 * The text before there is a connection: what the server has on disk, got by HTTP, to be read.
 *
 * Owns: getting it, and a view of it that nobody can type into.
 * Does not own: when it is wanted and when it goes (create-cowrite-editor.ts).
 * Always holds: it is a Yjs document of its own: nothing of it ever goes to a server, and what a schema of somebody
 * else put there is not shown in part.
 */
import { type Extensions, getSchema } from '@tiptap/core'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { CONTENT_FIELD } from '../schema/index.js'
import { SchemaGuard } from './guard.js'
import type { CowriteEditorOptions } from './options.js'
import { createTiptapEditor } from './tiptap-editor.js'
import { httpAddress } from './upload.js'

/** @returns takes it away again; undefined when there is nothing to show. @throws what fetch throws */
export async function showPreview(options: CowriteEditorOptions, schema: Extensions, signal: AbortSignal): Promise<(() => void) | undefined> {
  const { server, doc, connection } = options
  const bearer = (await connection?.getToken?.()) ?? ''
  const address = `${httpAddress(server)}/api/documents/${doc.split('/').map(encodeURIComponent).join('/')}/state`
  const answer = await fetch(address, { signal, ...(bearer !== '' && { headers: { Authorization: `Bearer ${bearer}` } }) })
  if (!answer.ok) return undefined
  const update = new Uint8Array(await answer.arrayBuffer())
  signal.throwIfAborted()
  const ydoc = new Y.Doc()
  Y.applyUpdate(ydoc, update)
  const fragment = ydoc.getXmlFragment(CONTENT_FIELD)
  // An empty page says nothing, and looks as if one could write.
  if (fragment.length === 0 || new SchemaGuard(getSchema(schema)).findUnknown(fragment) !== undefined) return undefined
  const awareness = new Awareness(ydoc)
  const view = createTiptapEditor({ options: { ...options, extensions: [] }, further: [], schema, ydoc, awareness, isEditable: false })
  return () => {
    view.destroy()
    awareness.destroy()
    ydoc.destroy()
  }
}
