/**
 * The small bar that floats over the table or code block with the caret.
 *
 * Owns: which bar shows, its controls and its place: at its block's upper edge, never under the page's
 * header; it takes no room in the text, so nothing moves when it comes.
 * Does not own: the commands' effects (Tiptap's table commands).
 */
import type { Editor } from '@tiptap/core'
import { CODE_LANGUAGES } from './code-languages.js'
import type { Command } from './commands.js'
import { el, focusedNear, setAttr } from './dom.js'
import { makeRoving } from './roving.js'
import { createTool, type Tool } from './tool-button.js'
import { oncePerFrame } from './toolbar.js'

const TABLE: readonly (readonly Command[])[] = [
  [
    { id: 'addRowAfter', label: 'Add row below', text: 'Row', icon: 'plus', run: (editor) => editor.commands.addRowAfter() },
    {
      id: 'addColumnAfter',
      label: 'Add column right',
      text: 'Column',
      icon: 'plus',
      run: (editor) => editor.commands.addColumnAfter(),
    },
  ],
  [
    { id: 'deleteRow', label: 'Delete row', text: 'Row', icon: 'minus', run: (editor) => editor.commands.deleteRow() },
    {
      id: 'deleteColumn',
      label: 'Delete column',
      text: 'Column',
      icon: 'minus',
      run: (editor) => editor.commands.deleteColumn(),
    },
  ],
  [
    {
      id: 'toggleHeaderRow',
      label: 'Header row',
      icon: 'header-row',
      isOn: (editor) => tableNode(editor)?.firstChild?.firstChild?.type.name === 'tableHeader',
      run: (editor) => editor.commands.toggleHeaderRow(),
    },
    { id: 'deleteTable', label: 'Delete table', icon: 'trash', run: (editor) => editor.commands.deleteTable() },
  ],
]

function ancestor(editor: Editor, name: string): { node: Editor['state']['doc']; position: number } | undefined {
  const { $from } = editor.state.selection
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type.name === name) return { node: $from.node(depth), position: $from.before(depth) }
  }
  return undefined
}
const tableNode = (editor: Editor): Editor['state']['doc'] | undefined => ancestor(editor, 'table')?.node

export interface ContextBar {
  readonly element: HTMLElement
  attach(editor: Editor | undefined): void
  /** Focuses the bar. @returns false when there is none now. */
  focus(): boolean
  destroy(): void
}

/** @param coveredTop pixels at the top of the window that the bar must stay clear of. */
export function createContextBar(coveredTop: () => number, backToText: () => void): ContextBar {
  let editor: Editor | undefined
  const getEditor = (): Editor | undefined => editor
  const tableTools = TABLE.map((group) => group.map((command): Tool => createTool(command, getEditor)))
  const tools = tableTools.flat()
  const tableGroups = tableTools.map((group) =>
    el('div', { class: 'ce-tool-group', attrs: { role: 'group' } }, ...group.map((tool) => tool.element)),
  )
  const languages = languageSelect(getEditor)
  const codeGroup = el('div', { class: 'ce-tool-group', attrs: { role: 'group' } }, languages)
  const element = el(
    'div',
    { class: 'ce-context-bar', attrs: { role: 'toolbar', hidden: true } },
    ...tableGroups,
    codeGroup,
  )
  const roving = makeRoving(element, backToText)

  const update = (): void => {
    if (editor?.isDestroyed) editor = undefined
    const block =
      editor?.isEditable !== true ? undefined : (ancestor(editor, 'codeBlock') ?? ancestor(editor, 'table'))
    // In a toolbar the focus is still about the text; Alt+F10 twice comes here by way of the other one.
    const isNear = editor?.view.hasFocus() === true || focusedNear(element)?.closest('[role=toolbar]')
    if (editor === undefined || block === undefined || !isNear) {
      setAttr(element, 'hidden', true)
      return
    }
    const isTable = block.node.type.name === 'table'
    for (const group of tableGroups) setAttr(group, 'hidden', !isTable)
    setAttr(codeGroup, 'hidden', isTable)
    setAttr(element, 'aria-label', isTable ? 'Table' : 'Code block')
    for (const tool of tools) tool.update(editor)
    if (!isTable) showLanguage(languages, block.node.attrs['language'])
    setAttr(element, 'hidden', false)
    roving.refresh()
    place(element, editor.view.nodeDOM(block.position), coveredTop(), isTable)
  }
  const updateSoon = oncePerFrame(update)
  window.addEventListener('scroll', updateSoon, { passive: true, capture: true })
  window.addEventListener('resize', updateSoon)
  element.addEventListener('focusout', updateSoon)

  return {
    element,
    attach: (next) => {
      for (const name of ['transaction', 'focus', 'blur'] as const) editor?.off(name, updateSoon)
      editor = next
      for (const name of ['transaction', 'focus', 'blur'] as const) editor?.on(name, updateSoon)
      update()
    },
    focus: () => {
      if (element.hidden) return false
      roving.focus()
      return true
    },
    destroy: () => {
      window.removeEventListener('scroll', updateSoon, { capture: true })
      window.removeEventListener('resize', updateSoon)
    },
  }
}

function languageSelect(getEditor: () => Editor | undefined): HTMLSelectElement {
  const select = el(
    'select',
    { class: 'ce-select', attrs: { 'aria-label': 'Language of the code' } },
    ...CODE_LANGUAGES.map(([value, label]) => el('option', { attrs: { value } }, label)),
  )
  select.addEventListener('change', () => {
    const editor = getEditor()
    editor?.commands.updateAttributes('codeBlock', { language: select.value === '' ? null : select.value })
    editor?.view.focus()
  })
  return select
}

function showLanguage(select: HTMLSelectElement, language: unknown): void {
  const value = typeof language === 'string' ? language : ''
  const isKnown = [...select.options].some((option) => option.value === value)
  // A language typed after ``` that the list lacks gets a line of its own while it is shown.
  if (!isKnown) select.add(new Option(value, value))
  if (select.value !== value) select.value = value
}

/** Above a table at its left; in the upper right corner of a code block, where lines seldom reach. */
function place(bar: HTMLElement, target: Node | null, coveredTop: number, isAbove: boolean): void {
  if (!(target instanceof Element)) return
  const block = target.getBoundingClientRect()
  const { offsetHeight: height, offsetWidth: width } = bar
  const top = Math.max(isAbove ? block.top - height - 6 : block.top + 4, coveredTop + 6)
  const left = isAbove ? block.left : block.right - width - 4
  const isVisible = block.bottom > coveredTop && block.top < window.innerHeight
  bar.style.visibility = isVisible ? '' : 'hidden'
  bar.style.top = `${Math.min(top, Math.max(block.bottom - height, coveredTop + 6))}px`
  bar.style.left = `${Math.max(8, Math.min(left, window.innerWidth - width - 8))}px`
}
