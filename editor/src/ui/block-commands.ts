/**
 * Lists, quotes, code, and what can be put between the lines.
 *
 * Owns: these commands as data, and the small repairs around an insertion: a line to write on after it.
 * Does not own: tables' inner commands (table-commands.ts), pictures (core/images.ts).
 */
import type { Editor } from '@tiptap/core'
import { type Command, outsideCode } from './commands.js'

export const LISTS: readonly Command[] = [
  {
    id: 'bulletList',
    label: 'bulletList',
    icon: 'list-bullet',
    keys: 'Mod-Shift-8',
    isOn: (editor) => editor.isActive('bulletList'),
    run: (editor) => editor.commands.toggleBulletList(),
  },
  {
    id: 'orderedList',
    label: 'orderedList',
    icon: 'list-numbered',
    keys: 'Mod-Shift-7',
    isOn: (editor) => editor.isActive('orderedList'),
    run: (editor) => editor.commands.toggleOrderedList(),
  },
  {
    id: 'taskList',
    label: 'taskList',
    icon: 'list-task',
    keys: 'Mod-Shift-9',
    isOn: (editor) => editor.isActive('taskList'),
    run: (editor) => editor.commands.toggleTaskList(),
  },
]

export const BLOCKS: readonly Command[] = [
  {
    id: 'blockquote',
    label: 'blockquote',
    icon: 'quote',
    keys: 'Mod-Shift-b',
    isOn: (editor) => editor.isActive('blockquote'),
    run: (editor) => editor.commands.toggleBlockquote(),
  },
  {
    id: 'codeBlock',
    label: 'codeBlock',
    icon: 'code-block',
    keys: 'Mod-Alt-c',
    isOn: (editor) => editor.isActive('codeBlock'),
    run: (editor) => editor.commands.toggleCodeBlock(),
  },
  {
    id: 'table',
    label: 'table',
    icon: 'table',
    isPossible: (editor) => !editor.isActive('table') && outsideCode(editor),
    run: insertTable,
  },
  {
    id: 'details',
    label: 'details',
    icon: 'details',
    isOn: (editor) => editor.isActive('details'),
    isPossible: (editor) => !editor.isActive('table') && outsideCode(editor),
    run: (editor) => {
      if (editor.isActive('details')) editor.commands.unsetDetails()
      else editor.chain().setDetails().command(({ tr, state }) => withLineAfter(tr, state)).run()
    },
  },
  {
    id: 'horizontalRule',
    label: 'horizontalRule',
    icon: 'minus',
    isPossible: outsideCode,
    run: (editor) => editor.commands.setHorizontalRule(),
  },
]

/** 3 x 3 with a header row. */
function insertTable(editor: Editor): void {
  editor
    .chain()
    .insertTable({ rows: 3, cols: 3, withHeaderRow: true })
    .command(({ tr, state }) => withLineAfter(tr, state))
    .run()
}

/** Adds a line at the end where the last block is none that can be left by the arrow keys. */
function withLineAfter(tr: Editor['state']['tr'], state: Editor['state']): true {
  const paragraph = state.schema.nodes['paragraph']
  const last = tr.doc.lastChild?.type.name
  if (paragraph && (last === 'table' || last === 'details')) tr.insert(tr.doc.content.size, paragraph.create())
  return true
}
