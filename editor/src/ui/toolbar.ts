/**
 * The toolbar: groups of controls over one editor.
 *
 * Owns: the order of the controls and keeping their states in step with the editor.
 * Does not own: single controls (tool-button.ts, style-menu.ts), keys among them (roving.ts).
 * Always holds: it works before there is an editor (all off) and after it is gone.
 */
import type { Editor } from '@tiptap/core'
import { BLOCKS, CLEAR, HISTORY, LISTS, MARKS } from './commands.js'
import { el } from './dom.js'
import { linkCommand } from './link-dialog.js'
import { makeRoving } from './roving.js'
import { createAlignmentMenu, createStyleMenu } from './style-menu.js'
import { createTool, type Tool } from './tool-button.js'

export interface Toolbar {
  readonly element: HTMLElement
  /** Follows this editor from now on; undefined turns everything off. */
  attach(editor: Editor | undefined): void
  focus(): void
}

/**
 * @param dialogParent where dialogs are put.
 * @param backToText called when the person leaves the toolbar with Escape.
 */
export function createToolbar(dialogParent: () => HTMLElement, backToText: () => void): Toolbar {
  let editor: Editor | undefined
  const getEditor = (): Editor | undefined => editor
  const groups: readonly (readonly Tool[])[] = [
    HISTORY.map((command) => createTool(command, getEditor)),
    [createStyleMenu(getEditor)],
    [...MARKS, linkCommand(dialogParent)].map((command) => createTool(command, getEditor)),
    LISTS.map((command) => createTool(command, getEditor)),
    BLOCKS.map((command) => createTool(command, getEditor)),
    [createAlignmentMenu(getEditor), createTool(CLEAR, getEditor)],
  ]
  const tools = groups.flat()
  const element = el(
    'div',
    { class: 'ce-toolbar', attrs: { role: 'toolbar', 'aria-label': 'Formatting' } },
    ...groups.map((group) =>
      el('div', { class: 'ce-tool-group', attrs: { role: 'group' } }, ...group.map((tool) => tool.element)),
    ),
  )
  const roving = makeRoving(element, backToText)
  const update = (): void => {
    if (editor?.isDestroyed) editor = undefined
    for (const tool of tools) tool.update(editor)
  }
  const updateSoon = oncePerFrame(update)
  update()
  return {
    element,
    attach: (next) => {
      editor?.off('transaction', updateSoon)
      editor = next
      editor?.on('transaction', updateSoon)
      update()
    },
    focus: () => roving.focus(),
  }
}

/** Runs at most once per painted frame, however often it is called. */
export function oncePerFrame(run: () => void): () => void {
  let waiting = false
  return () => {
    if (waiting) return
    waiting = true
    requestAnimationFrame(() => {
      waiting = false
      run()
    })
  }
}
