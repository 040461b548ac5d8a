/**
 * What the toolbar can do, as data: name, icon, keys, when it is on, when it is possible, what it does.
 *
 * Owns: the list for ordinary formatting. Slash menu and bubble menu can draw on the same list.
 * Does not own: how the controls look or move (toolbar.ts).
 */
import type { Editor } from '@tiptap/core'
import { yUndoPluginKey } from '@tiptap/y-tiptap'
import type { IconName } from './icons.js'

export interface Command {
  readonly id: string
  readonly label: string
  /** Shown beside the icon where the icon alone would not be clear. */
  readonly text?: string
  readonly icon: IconName
  /** Tiptap's notation, `Mod-Shift-7`; the key itself is bound by the extension. */
  readonly keys?: string
  /** For toggles: whether it is on. Without it the control is a plain button. */
  isOn?(editor: Editor): boolean
  isPossible?(editor: Editor): boolean
  run(editor: Editor): void
}

interface UndoState {
  readonly undoManager?: { readonly undoStack: readonly unknown[]; readonly redoStack: readonly unknown[] }
}
const undoState = (editor: Editor): UndoState['undoManager'] =>
  (yUndoPluginKey.getState(editor.state) as UndoState | undefined)?.undoManager

const outsideCode = (editor: Editor): boolean => !editor.isActive('codeBlock')

function toggleMark(mark: string, label: string, icon: IconName, keys: string): Command {
  return {
    id: mark,
    label,
    icon,
    keys,
    isOn: (editor) => editor.isActive(mark),
    isPossible: outsideCode,
    run: (editor) => editor.chain().toggleMark(mark).run(),
  }
}

export const HISTORY: readonly Command[] = [
  {
    id: 'undo',
    label: 'Undo',
    icon: 'undo',
    keys: 'Mod-z',
    isPossible: (editor) => (undoState(editor)?.undoStack.length ?? 0) > 0,
    run: (editor) => editor.commands.undo(),
  },
  {
    id: 'redo',
    label: 'Redo',
    icon: 'redo',
    keys: 'Mod-Shift-z',
    isPossible: (editor) => (undoState(editor)?.redoStack.length ?? 0) > 0,
    run: (editor) => editor.commands.redo(),
  },
]

export const MARKS: readonly Command[] = [
  toggleMark('bold', 'Bold', 'bold', 'Mod-b'),
  toggleMark('italic', 'Italic', 'italic', 'Mod-i'),
  toggleMark('underline', 'Underline', 'underline', 'Mod-u'),
  toggleMark('strike', 'Strikethrough', 'strike', 'Mod-Shift-s'),
  toggleMark('code', 'Inline code', 'code', 'Mod-e'),
]

export const LISTS: readonly Command[] = [
  {
    id: 'bulletList',
    label: 'Bulleted list',
    icon: 'list-bullet',
    keys: 'Mod-Shift-8',
    isOn: (editor) => editor.isActive('bulletList'),
    run: (editor) => editor.commands.toggleBulletList(),
  },
  {
    id: 'orderedList',
    label: 'Numbered list',
    icon: 'list-numbered',
    keys: 'Mod-Shift-7',
    isOn: (editor) => editor.isActive('orderedList'),
    run: (editor) => editor.commands.toggleOrderedList(),
  },
  {
    id: 'taskList',
    label: 'Task list',
    icon: 'list-task',
    keys: 'Mod-Shift-9',
    isOn: (editor) => editor.isActive('taskList'),
    run: (editor) => editor.commands.toggleTaskList(),
  },
]

export const BLOCKS: readonly Command[] = [
  {
    id: 'blockquote',
    label: 'Quote',
    icon: 'quote',
    keys: 'Mod-Shift-b',
    isOn: (editor) => editor.isActive('blockquote'),
    run: (editor) => editor.commands.toggleBlockquote(),
  },
  {
    id: 'codeBlock',
    label: 'Code block',
    icon: 'code-block',
    keys: 'Mod-Alt-c',
    isOn: (editor) => editor.isActive('codeBlock'),
    run: (editor) => editor.commands.toggleCodeBlock(),
  },
  {
    id: 'table',
    label: 'Insert table',
    icon: 'table',
    isPossible: (editor) => !editor.isActive('table') && outsideCode(editor),
    run: insertTable,
  },
  {
    id: 'horizontalRule',
    label: 'Divider',
    icon: 'minus',
    isPossible: outsideCode,
    run: (editor) => editor.commands.setHorizontalRule(),
  },
]

export const CLEAR: Command = {
  id: 'clear',
  label: 'Clear formatting',
  icon: 'clear',
  run: (editor) => editor.chain().unsetAllMarks().clearNodes().unsetTextAlign().run(),
}

/** 3 x 3 with a header row, and a line after it when it would be the last thing in the document. */
function insertTable(editor: Editor): void {
  editor
    .chain()
    .insertTable({ rows: 3, cols: 3, withHeaderRow: true })
    .command(({ tr, state }) => {
      const paragraph = state.schema.nodes['paragraph']
      if (paragraph && tr.doc.lastChild?.type.name === 'table') tr.insert(tr.doc.content.size, paragraph.create())
      return true
    })
    .run()
}

/** Block styles by id, as the style menu offers them. */
export const STYLES = [
  { id: 'paragraph', label: 'Text', keys: 'Mod-Alt-0' },
  { id: 'h1', label: 'Heading 1', keys: 'Mod-Alt-1' },
  { id: 'h2', label: 'Heading 2', keys: 'Mod-Alt-2' },
  { id: 'h3', label: 'Heading 3', keys: 'Mod-Alt-3' },
  { id: 'h4', label: 'Heading 4', keys: 'Mod-Alt-4' },
] as const

/** The style of the block with the caret; undefined where none of STYLES applies (code, headings 5 and 6). */
export function currentStyle(editor: Editor): string | undefined {
  const parent = editor.state.selection.$from.parent
  if (parent.type.name === 'paragraph') return 'paragraph'
  if (parent.type.name !== 'heading') return undefined
  return STYLES.find(({ id }) => id === `h${String(parent.attrs['level'])}`)?.id
}

export function setStyle(editor: Editor, id: string): void {
  const level = /^h([1-6])$/.exec(id)?.[1]
  if (level === undefined) editor.commands.setParagraph()
  else editor.commands.setHeading({ level: Number(level) as 1 })
}

/** Alignments by id, as the alignment menu offers them. */
export const ALIGNMENTS = [
  { id: 'left', label: 'Left', icon: 'align-left', keys: 'Mod-Shift-l' },
  { id: 'center', label: 'Center', icon: 'align-center', keys: 'Mod-Shift-e' },
  { id: 'right', label: 'Right', icon: 'align-right', keys: 'Mod-Shift-r' },
  { id: 'justify', label: 'Justify', icon: 'align-justify', keys: 'Mod-Shift-j' },
] as const

export const currentAlignment = (editor: Editor): (typeof ALIGNMENTS)[number]['id'] =>
  ALIGNMENTS.find(({ id }) => editor.isActive({ textAlign: id }))?.id ?? 'left'

export function setAlignment(editor: Editor, id: string): void {
  if (id === 'left') editor.commands.unsetTextAlign()
  else editor.commands.setTextAlign(id)
}
