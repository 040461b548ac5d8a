/**
 * What can be done inside a table.
 *
 * Owns: these commands as data. Does not own: their effects (Tiptap's table commands).
 */
import type { Editor } from '@tiptap/core'
import type { Command } from './commands.js'

type DocumentNode = Editor['state']['doc']

/** The nearest node of this name around the caret, and where it stands. */
export function ancestor(editor: Editor, name: string): { node: DocumentNode; position: number } | undefined {
  const { $from } = editor.state.selection
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type.name === name) return { node: $from.node(depth), position: $from.before(depth) }
  }
  return undefined
}

const firstRow = (editor: Editor): DocumentNode | null | undefined => ancestor(editor, 'table')?.node.firstChild

/** Whether all cells that `pick` finds are header cells; none is not all. */
function areHeaders(editor: Editor, pick: (table: DocumentNode) => (DocumentNode | null)[]): boolean {
  const table = ancestor(editor, 'table')?.node
  const cells = table ? pick(table) : []
  return cells.length > 0 && cells.every((cell) => cell?.type.name === 'tableHeader')
}

export const TABLE: readonly (readonly Command[])[] = [
  [
    { id: 'addRowBefore', label: 'table.rowAbove', icon: 'row-above', run: (editor) => editor.commands.addRowBefore() },
    { id: 'addRowAfter', label: 'table.rowBelow', icon: 'row-below', run: (editor) => editor.commands.addRowAfter() },
    { id: 'deleteRow', label: 'table.deleteRow', icon: 'row-delete', run: (editor) => editor.commands.deleteRow() },
  ],
  [
    { id: 'addColumnBefore', label: 'table.columnBefore', icon: 'column-before', run: (editor) => editor.commands.addColumnBefore() },
    { id: 'addColumnAfter', label: 'table.columnAfter', icon: 'column-after', run: (editor) => editor.commands.addColumnAfter() },
    { id: 'deleteColumn', label: 'table.deleteColumn', icon: 'column-delete', run: (editor) => editor.commands.deleteColumn() },
  ],
  [
    {
      id: 'mergeCells',
      label: 'table.merge',
      icon: 'merge',
      isPossible: (editor) => editor.can().mergeCells(),
      run: (editor) => editor.commands.mergeCells(),
    },
    {
      id: 'splitCell',
      label: 'table.split',
      icon: 'split',
      isPossible: (editor) => editor.can().splitCell(),
      run: (editor) => editor.commands.splitCell(),
    },
  ],
  [
    {
      id: 'toggleHeaderRow',
      label: 'table.headerRow',
      icon: 'header-row',
      isOn: (editor) => areHeaders(editor, () => firstRow(editor)?.children.slice() ?? []),
      run: (editor) => editor.commands.toggleHeaderRow(),
    },
    {
      id: 'toggleHeaderColumn',
      label: 'table.headerColumn',
      icon: 'header-column',
      isOn: (editor) => areHeaders(editor, (table) => table.children.map((row) => row.firstChild)),
      run: (editor) => editor.commands.toggleHeaderColumn(),
    },
  ],
  [{ id: 'deleteTable', label: 'table.delete', icon: 'trash', run: (editor) => editor.commands.deleteTable() }],
]
