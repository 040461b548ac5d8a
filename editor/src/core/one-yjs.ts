/**
 * One copy of yjs, in the editor: what binds the text to the document must be of the copy that the document is of.
 *
 * Owns: asking the binding. It imports yjs by itself and does not say which; a document that it makes tells.
 */
import { refuseOtherYjs } from '@cowrite/client'
import type { Schema } from '@tiptap/pm/model'
import { prosemirrorJSONToYDoc } from '@tiptap/y-tiptap'

/** @throws TypeError when the binding and the client use two copies of yjs */
export function refuseTwoCopies(schema: Schema): void {
  const made = prosemirrorJSONToYDoc(schema, { type: 'doc', content: [] })
  try {
    refuseOtherYjs(made)
  } finally {
    made.destroy()
  }
}
