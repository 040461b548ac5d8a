/**
 * What the bars can do with text, as data: name, icon, keys, when it is on, when it is possible, what it does.
 *
 * Owns: the list for marks, history and block styles. Toolbar, bubble bar and slash menu draw on it.
 * Does not own: blocks and insertions (block-commands.ts), tables (table-commands.ts), how controls
 * look or move (tool-button.ts, toolbar.ts).
 */
import type { Editor } from '@tiptap/core'
import { yUndoPluginKey } from '@tiptap/y-tiptap'
import type { MessageKey } from '../i18n/texts.js'
import type { IconName } from './icons.js'

export interface Command {
  readonly id: string
  readonly label: MessageKey
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

export const outsideCode = (editor: Editor): boolean => !editor.isActive('codeBlock')

function toggleMark(mark: MessageKey, icon: IconName, keys: string): Command {
  return {
    id: mark,
    label: mark,
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
    label: 'undo',
    icon: 'undo',
    keys: 'Mod-z',
    isPossible: (editor) => (undoState(editor)?.undoStack.length ?? 0) > 0,
    run: (editor) => editor.commands.undo(),
  },
  {
    id: 'redo',
    label: 'redo',
    icon: 'redo',
    keys: 'Mod-Shift-z',
    isPossible: (editor) => (undoState(editor)?.redoStack.length ?? 0) > 0,
    run: (editor) => editor.commands.redo(),
  },
]

export const MARKS: readonly Command[] = [
  toggleMark('bold', 'bold', 'Mod-b'),
  toggleMark('italic', 'italic', 'Mod-i'),
  toggleMark('underline', 'underline', 'Mod-u'),
  toggleMark('strike', 'strike', 'Mod-Shift-s'),
  toggleMark('code', 'code', 'Mod-e'),
]

export const SCRIPTS: readonly Command[] = [
  toggleMark('subscript', 'subscript', 'Mod-,'),
  toggleMark('superscript', 'superscript', 'Mod-.'),
]

export const CLEAR: Command = {
  id: 'clear',
  label: 'clear',
  icon: 'clear',
  run: (editor) => editor.chain().unsetAllMarks().clearNodes().unsetTextAlign().run(),
}

/** Block styles by id, as the style menu offers them. */
export const STYLES = [
  { id: 'paragraph', label: 'style.paragraph', icon: 'text', keys: 'Mod-Alt-0' },
  { id: 'h1', label: 'style.h1', icon: 'h1', keys: 'Mod-Alt-1' },
  { id: 'h2', label: 'style.h2', icon: 'h2', keys: 'Mod-Alt-2' },
  { id: 'h3', label: 'style.h3', icon: 'h3', keys: 'Mod-Alt-3' },
  { id: 'h4', label: 'style.h4', icon: 'h4', keys: 'Mod-Alt-4' },
] as const

/** The style of the block with the caret; undefined where none of STYLES applies (code, headings 5 and 6). */
export function currentStyle(editor: Editor): (typeof STYLES)[number]['id'] | undefined {
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
  { id: 'left', label: 'align.left', icon: 'align-left', keys: 'Mod-Shift-l' },
  { id: 'center', label: 'align.center', icon: 'align-center', keys: 'Mod-Shift-e' },
  { id: 'right', label: 'align.right', icon: 'align-right', keys: 'Mod-Shift-r' },
  { id: 'justify', label: 'align.justify', icon: 'align-justify', keys: 'Mod-Shift-j' },
] as const

export type Alignment = (typeof ALIGNMENTS)[number]['id']

/** @param fallback where text without an alignment of its own stands: at the side where its line begins. */
export const currentAlignment = (editor: Editor, fallback: Alignment = 'left'): Alignment =>
  ALIGNMENTS.find(({ id }) => editor.isActive({ textAlign: id }))?.id ?? fallback

export function setAlignment(editor: Editor, id: string, fallback: Alignment = 'left'): void {
  if (id === fallback) editor.commands.unsetTextAlign()
  else editor.commands.setTextAlign(id)
}

/**
 * Highlighter colours. They go into the document, so they are light for every reader; the text on them
 * is dark in dark mode, too (styles/content.css).
 */
export const HIGHLIGHTS = [
  { id: 'yellow', label: 'highlight.yellow', color: '#fff1a8' },
  { id: 'green', label: 'highlight.green', color: '#c9f2d3' },
  { id: 'blue', label: 'highlight.blue', color: '#cfe3ff' },
  { id: 'pink', label: 'highlight.pink', color: '#ffd5e5' },
  { id: 'orange', label: 'highlight.orange', color: '#ffdcb8' },
  { id: 'purple', label: 'highlight.purple', color: '#e6d9ff' },
] as const

/** Id of the highlight at the selection; `none` where there is none or one of another colour. */
export function currentHighlight(editor: Editor): string {
  if (!editor.isActive('highlight')) return 'none'
  const color: unknown = editor.getAttributes('highlight')['color']
  return HIGHLIGHTS.find((highlight) => highlight.color === color)?.id ?? 'yellow'
}

export function setHighlight(editor: Editor, id: string): void {
  const color = HIGHLIGHTS.find((highlight) => highlight.id === id)?.color
  if (color === undefined) editor.commands.unsetHighlight()
  else editor.commands.setHighlight({ color })
}
