/**
 * The bar of the table, code block or picture with the caret.
 *
 * Owns: which controls it has, and its place: at its block's upper edge, never under the page's header.
 * Does not own: the commands' effects.
 */
import { type Editor, isNodeSelection } from '@tiptap/core'
import type { MessageKey } from '../i18n/texts.js'
import { CODE_LANGUAGES } from './code-languages.js'
import type { Ui } from './context.js'
import { el } from './dom.js'
import { createFloatingBar, type FloatingBar } from './floating-bar.js'
import { imageCommands } from './image-commands.js'
import { ancestor, TABLE } from './table-commands.js'
import { createTool, type Tool } from './tool-button.js'

type Kind = 'table' | 'codeBlock' | 'image'
const LABELS = { table: 'table.label', codeBlock: 'codeBlock.label', image: 'image.label' } as const satisfies Record<Kind, MessageKey>

/** @param coveredTop pixels at the top of the window that the bar must stay clear of. */
export function createContextBar(ui: Ui, coveredTop: () => number, backToText: () => void): FloatingBar {
  let current: Editor | undefined
  const getEditor = (): Editor | undefined => current
  const groups = (kind: Kind, lists: readonly (readonly Parameters<typeof createTool>[1][])[]) =>
    lists.map((commands) => ({ name: kind as string, tools: commands.map((command) => createTool(ui, command, getEditor)) }))
  const bar = createFloatingBar({
    class: 'ce-context-bar',
    groups: [
      ...groups('table', TABLE),
      { name: 'codeBlock', tools: [languageSelect(ui, getEditor)] },
      ...groups('image', imageCommands(ui)),
    ],
    backToText,
    look: (editor) => {
      const block = blockAt(editor)
      if (block === undefined) return undefined
      const target = editor.view.nodeDOM(block.position)
      return {
        label: ui.t(LABELS[block.kind]),
        groups: new Set([block.kind]),
        place: (element) => placeBar(element, target, coveredTop(), block.kind !== 'codeBlock'),
      }
    },
  })
  return {
    ...bar,
    attach: (editor) => {
      current = editor
      bar.attach(editor)
    },
  }
}

function blockAt(editor: Editor): { kind: Kind; position: number } | undefined {
  const { selection } = editor.state
  if (isNodeSelection(selection) && selection.node.type.name === 'image') return { kind: 'image', position: selection.from }
  for (const kind of ['codeBlock', 'table'] as const) {
    const found = ancestor(editor, kind)
    if (found) return { kind, position: found.position }
  }
  return undefined
}

function languageSelect(ui: Ui, getEditor: () => Editor | undefined): Tool {
  const select = el(
    'select',
    { class: 'ce-select', attrs: { 'aria-label': ui.t('codeBlock.language') } },
    ...CODE_LANGUAGES.map(([value, label]) => el('option', { attrs: { value } }, value === '' ? ui.t('codeBlock.plain') : label)),
  )
  select.addEventListener('change', () => {
    const editor = getEditor()
    editor?.commands.updateAttributes('codeBlock', { language: select.value === '' ? null : select.value })
    editor?.view.focus()
  })
  return {
    element: select,
    update: (editor) => {
      const block = editor && ancestor(editor, 'codeBlock')
      if (block) showLanguage(select, block.node.attrs['language'])
    },
  }
}

function showLanguage(select: HTMLSelectElement, language: unknown): void {
  const value = typeof language === 'string' ? language : ''
  const isKnown = [...select.options].some((option) => option.value === value)
  // A language typed after ``` that the list lacks gets a line of its own while it is shown.
  if (!isKnown) select.add(new Option(value, value))
  if (select.value !== value) select.value = value
}

/** Above a block at its start; in the upper end corner of a code block, where lines seldom reach. */
function placeBar(bar: HTMLElement, target: Node | null, coveredTop: number, isAbove: boolean): void {
  if (!(target instanceof Element)) return
  const block = target.getBoundingClientRect()
  const { offsetHeight: height, offsetWidth: width } = bar
  const isRtl = getComputedStyle(target).direction === 'rtl'
  const top = Math.max(isAbove ? block.top - height - 6 : block.top + 4, coveredTop + 6)
  const left = isAbove === isRtl ? block.right - width - (isAbove ? 0 : 4) : block.left + (isAbove ? 0 : 4)
  const isVisible = block.bottom > coveredTop && block.top < window.innerHeight
  bar.style.visibility = isVisible ? '' : 'hidden'
  bar.style.top = `${Math.min(top, Math.max(block.bottom - height, coveredTop + 6))}px`
  bar.style.left = `${Math.max(8, Math.min(left, window.innerWidth - width - 8))}px`
}
