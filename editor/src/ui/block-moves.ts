/**
 * A whole block at once: moving, doubling, deleting it.
 *
 * Owns: which block is meant (the list item around the caret, else the block of the document), and the
 * commands with their keys.
 * Does not own: the grip beside the text (block-handle.ts).
 * Always holds: the caret stays in its block.
 */
import { Extension, type Editor } from '@tiptap/core'
import { type ResolvedPos } from '@tiptap/pm/model'
import { Selection } from '@tiptap/pm/state'
import type { Command } from './commands.js'

type DocumentNode = Editor['state']['doc']

/** A block, where it stands, and among what. */
export interface Block {
  readonly node: DocumentNode
  readonly position: number
  readonly parent: DocumentNode
  readonly index: number
}

const ITEMS: ReadonlySet<string> = new Set(['listItem', 'taskItem'])

/** The block around this place that is moved as a whole. */
export function blockAt($position: ResolvedPos): Block | undefined {
  if ($position.depth === 0) {
    const node = $position.nodeAfter
    return node === null ? undefined : { node, position: $position.pos, parent: $position.parent, index: $position.index() }
  }
  let depth = 1
  for (let inner = $position.depth; inner > 1; inner--) {
    if (ITEMS.has($position.node(inner).type.name)) {
      depth = inner
      break
    }
  }
  return {
    node: $position.node(depth),
    position: $position.before(depth),
    parent: $position.node(depth - 1),
    index: $position.index(depth - 1),
  }
}

const current = (editor: Editor): Block | undefined => blockAt(editor.state.selection.$from)

function canMove(block: Block | undefined, by: 1 | -1): block is Block {
  return block !== undefined && block.index + by >= 0 && block.index + by < block.parent.childCount
}

export function moveBlock(editor: Editor, by: 1 | -1, block = current(editor)): boolean {
  if (!canMove(block, by)) return false
  const { node, position, parent, index } = block
  const { tr, selection } = editor.state
  const neighbour = parent.child(index + by)
  const target = by === -1 ? position - neighbour.nodeSize : position + neighbour.nodeSize
  const offset = selection.from - position
  tr.delete(position, position + node.nodeSize).insert(target, node)
  const at = Math.min(target + Math.max(offset, 0), tr.doc.content.size)
  editor.view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(at), 1)).scrollIntoView())
  return true
}

export function duplicateBlock(editor: Editor, block = current(editor)): boolean {
  if (block === undefined) return false
  const { tr } = editor.state
  const end = block.position + block.node.nodeSize
  editor.view.dispatch(tr.insert(end, block.node).setSelection(Selection.near(tr.doc.resolve(end + 1), 1)).scrollIntoView())
  return true
}

export function deleteBlock(editor: Editor, block = current(editor)): boolean {
  if (block === undefined) return false
  const { tr } = editor.state
  // A list without items, or a document without blocks, is none: what holds only this goes with it, or is emptied.
  const $position = tr.doc.resolve(block.position)
  const isOnly = block.parent.childCount === 1 && $position.depth > 0
  const [from, to] = isOnly ? [$position.before(), $position.after()] : [block.position, block.position + block.node.nodeSize]
  tr.deleteRange(from, to)
  editor.view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(Math.min(from, tr.doc.content.size)), 1)).scrollIntoView())
  return true
}

/** An empty line below the block, with the caret in it. */
export function lineBelow(editor: Editor, block = current(editor)): boolean {
  const { tr, schema } = editor.state
  if (block === undefined) return false
  const line = schema.nodes['paragraph']!.create()
  const isItem = ITEMS.has(block.node.type.name)
  const end = block.position + block.node.nodeSize
  tr.insert(end, isItem ? block.node.type.create(null, line) : line)
  editor.view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(end + 1), 1)).scrollIntoView())
  return true
}

export const BLOCK_MOVES: readonly Command[] = [
  { id: 'blockUp', label: 'block.up', icon: 'move-up', keys: 'Alt-Shift-ArrowUp', isPossible: (editor) => canMove(current(editor), -1), run: (editor) => void moveBlock(editor, -1) },
  { id: 'blockDown', label: 'block.down', icon: 'move-down', keys: 'Alt-Shift-ArrowDown', isPossible: (editor) => canMove(current(editor), 1), run: (editor) => void moveBlock(editor, 1) },
  { id: 'blockDuplicate', label: 'block.duplicate', icon: 'copy', keys: 'Mod-Shift-d', run: (editor) => void duplicateBlock(editor) },
  { id: 'blockDelete', label: 'block.delete', icon: 'trash', keys: 'Mod-Shift-k', run: (editor) => void deleteBlock(editor) },
]

/** The keys of the commands above. */
export const blockKeys = Extension.create({
  name: 'blockKeys',
  addKeyboardShortcuts() {
    const { editor } = this
    return {
      'Alt-Shift-ArrowUp': () => moveBlock(editor, -1),
      'Alt-Shift-ArrowDown': () => moveBlock(editor, 1),
      'Mod-Shift-d': () => duplicateBlock(editor),
      'Mod-Shift-k': () => deleteBlock(editor),
    }
  },
})
