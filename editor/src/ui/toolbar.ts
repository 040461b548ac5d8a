/**
 * The toolbar: groups of controls over one editor, and at its end the tools for the whole document.
 *
 * Owns: the order of the controls, keeping their states in step with the editor, showing by its edges
 * that there is more to scroll to.
 * Does not own: single controls (tool-button.ts, style-menu.ts), keys among them (roving.ts).
 * Always holds: it works before there is an editor (all off) and after it is gone.
 */
import type { Editor } from '@tiptap/core'
import { BLOCKS, LISTS } from './block-commands.js'
import { CLEAR, type Command, HISTORY, MARKS, SCRIPTS } from './commands.js'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { oncePerFrame } from './frame.js'
import { linkCommand } from './link-dialog.js'
import { makeRoving } from './roving.js'
import { createAlignmentMenu, createHighlightMenu, createStyleMenu } from './style-menu.js'
import { createTool, type Tool } from './tool-button.js'

export interface Toolbar {
  readonly element: HTMLElement
  /** Follows this editor from now on; undefined turns everything off. */
  attach(editor: Editor | undefined): void
  focus(): void
}

export interface ToolbarOptions {
  /** Called when the person leaves the toolbar with Escape. */
  backToText(): void
  /** Further things to insert, such as pictures. */
  readonly insertions?: readonly Command[]
  /** Controls for the whole document; they stand at the end. */
  readonly documentTools?: readonly HTMLElement[]
  /** Ids of commands that are left out. */
  readonly without?: ReadonlySet<string>
  /** Only the most common controls. */
  readonly isCompact?: boolean
}

const COMPACT_WITHOUT: ReadonlySet<string> = new Set([
  'underline', 'strike', 'code', 'subscript', 'superscript', 'blockquote', 'codeBlock', 'details', 'horizontalRule', 'align',
  'clear',
])

export function createToolbar(ui: Ui, options: ToolbarOptions): Toolbar {
  let editor: Editor | undefined
  const getEditor = (): Editor | undefined => editor
  const isWanted = (tool: Tool): boolean => {
    const id = tool.element.dataset['command'] ?? ''
    return !options.without?.has(id) && !(options.isCompact && COMPACT_WITHOUT.has(id))
  }
  const tool = (command: Command): Tool => createTool(ui, command, getEditor)
  const groups: readonly (readonly Tool[])[] = [
    HISTORY.map(tool),
    [createStyleMenu(ui, getEditor)],
    [...MARKS.map(tool), createHighlightMenu(ui, getEditor), tool(linkCommand(ui))],
    LISTS.map(tool),
    [...(options.insertions ?? []), ...BLOCKS].map(tool),
    [createAlignmentMenu(ui, getEditor), ...SCRIPTS.map(tool), tool(CLEAR)],
  ].map((group) => group.filter(isWanted)).filter((group) => group.length > 0)
  const tools = groups.flat()
  const group = (children: readonly HTMLElement[], attrs: Record<string, string> = {}): HTMLElement =>
    el('div', { class: 'ce-tool-group', attrs: { role: 'group', ...attrs } }, ...children)
  const documentTools = options.documentTools ?? []
  const element = el(
    'div',
    { class: 'ce-toolbar', attrs: { role: 'toolbar', 'aria-label': ui.t('toolbar.label') } },
    ...groups.map((members) => group(members.map((member) => member.element))),
    documentTools.length > 0 && el('span', { class: 'ce-spring' }),
    documentTools.length > 0 && group(documentTools, { 'aria-label': ui.t('toolbar.document') }),
  )
  showEdges(element)
  const roving = makeRoving(element, options.backToText)
  const update = (): void => {
    if (editor?.isDestroyed) editor = undefined
    for (const member of tools) member.update(editor)
  }
  const updateSoon = oncePerFrame(update)
  update()
  return {
    element,
    attach: (next) => {
      for (const name of ['transaction', 'update'] as const) editor?.off(name, updateSoon)
      editor = next
      for (const name of ['transaction', 'update'] as const) editor?.on(name, updateSoon)
      update()
    },
    focus: () => roving.focus(),
  }
}

/** Tells the styles at which end there is more to see. */
function showEdges(element: HTMLElement): void {
  const look = oncePerFrame(() => {
    const { scrollWidth, clientWidth } = element
    const from = Math.abs(element.scrollLeft) // negative where text runs from right to left
    setAttr(element, 'data-more-before', from > 2)
    setAttr(element, 'data-more-after', from + clientWidth < scrollWidth - 2)
  })
  element.addEventListener('scroll', look, { passive: true })
  if (typeof ResizeObserver !== 'undefined') new ResizeObserver(look).observe(element)
}
