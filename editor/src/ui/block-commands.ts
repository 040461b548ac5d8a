/**
 * Lists, quotes, code, and what can be put between the lines.
 *
 * Owns: these commands as data, and the small repairs around an insertion: a line to write on after it.
 * Does not own: tables' inner commands (table-commands.ts), pictures (core/images.ts).
 */
import type { Editor } from '@tiptap/core'
import { type Command, outsideCode } from './commands.js'
import type { IconName } from './icons.js'

/** A block style that is on or off, by the name that Tiptap, the words and the interface have for it. */
const toggle = (name: 'bulletList' | 'orderedList' | 'taskList' | 'blockquote' | 'codeBlock', icon: IconName, keys: string, run: (editor: Editor) => void): Command => ({
  id: name,
  label: name,
  icon,
  keys,
  isOn: (editor) => editor.isActive(name),
  run,
})

export const LISTS: readonly Command[] = [
  toggle('bulletList', 'list-bullet', 'Mod-Shift-8', (editor) => editor.commands.toggleBulletList()),
  toggle('orderedList', 'list-numbered', 'Mod-Shift-7', (editor) => editor.commands.toggleOrderedList()),
  toggle('taskList', 'list-task', 'Mod-Shift-9', (editor) => editor.commands.toggleTaskList()),
]

export const BLOCKS: readonly Command[] = [
  toggle('blockquote', 'quote', 'Mod-Shift-b', (editor) => editor.commands.toggleBlockquote()),
  toggle('codeBlock', 'code-block', 'Mod-Alt-c', (editor) => editor.commands.toggleCodeBlock()),
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
