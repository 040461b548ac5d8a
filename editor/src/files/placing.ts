/**
 * Where an imported document goes: into the place of the one that is open, or to the caret.
 *
 * Owns: the change. Does not own: reading the file (import.ts), the restore point before a replacement.
 * Always holds: it is one step of the undo history; into code nothing but text goes.
 */
import type { Editor, JSONContent } from '@tiptap/core'
import { type Node, Slice } from '@tiptap/pm/model'
import { asOneStep } from '../core/undo-step.js'

export type ImportPlace = 'replace' | 'caret'

/** @throws RangeError when the JSON does not fit the schema; nothing is changed then */
export function placeDocument(editor: Editor, json: JSONContent, place: ImportPlace): void {
  const doc = editor.state.schema.nodeFromJSON(json)
  doc.check()
  asOneStep(editor, () => put(editor, doc, place))
}

function put({ state, view }: Editor, doc: Node, place: ImportPlace): void {
  if (place === 'replace') {
    view.dispatch(state.tr.replaceWith(0, state.doc.content.size, doc.content).setMeta('uiEvent', 'import'))
    return
  }
  if (state.selection.$from.parent.type.spec.code === true) {
    view.dispatch(state.tr.insertText(doc.textBetween(0, doc.content.size, '\n')).scrollIntoView())
    return
  }
  // Its first and last paragraph go on the lines they are put into; other blocks stay whole.
  const isText = (name: string | undefined): 0 | 1 => (name === 'paragraph' ? 1 : 0)
  const slice = new Slice(doc.content, isText(doc.firstChild?.type.name), isText(doc.lastChild?.type.name))
  view.dispatch(state.tr.replaceSelection(slice).scrollIntoView().setMeta('uiEvent', 'import'))
}
