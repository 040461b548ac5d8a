/**
 * A change that is a step of its own in the undo history.
 *
 * Owns: keeping it apart from what was typed just before and just after, which the history would else join with it.
 * Does not own: the change.
 */
import type { Editor } from '@tiptap/core'
import { yUndoPluginKey } from '@tiptap/y-tiptap'

export function asOneStep<T>(editor: Editor, change: () => T): T {
  const undo = yUndoPluginKey.getState(editor.state) as { undoManager?: { stopCapturing(): void } } | undefined
  undo?.undoManager?.stopCapturing()
  try {
    return change()
  } finally {
    undo?.undoManager?.stopCapturing()
  }
}
