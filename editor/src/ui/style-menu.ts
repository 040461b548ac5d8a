/**
 * The menus of the toolbar: block style, alignment, highlight.
 *
 * Owns: showing the current choice on the button. Does not own: the popup (menu.ts).
 */
import type { Editor } from '@tiptap/core'
import {
  type Alignment, ALIGNMENTS, currentAlignment, currentHighlight, currentStyle, HIGHLIGHTS, setAlignment, setHighlight,
  setStyle, STYLES,
} from './commands.js'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { icon } from './icons.js'
import { attachMenu } from './menu.js'
import { shownShortcut } from './shortcuts.js'
import { iconButton, nameControl, setPossible, type Tool } from './tool-button.js'

/** "Text", "Heading 1" … */
export function createStyleMenu(ui: Ui, getEditor: () => Editor | undefined): Tool {
  const words = el('span', { class: 'ce-style-name' }, ui.t('style.paragraph'))
  const button = el(
    'button',
    { class: 'ce-tool is-wide', attrs: { type: 'button' }, on: { mousedown: (event) => event.preventDefault() } },
    words,
    icon('down'),
  )
  button.dataset['command'] = 'style'
  attachMenu(ui, button, {
    label: ui.t('style.menu'),
    choices: STYLES.map(({ id, label, keys }) => ({ id, label: ui.t(label), hint: shownShortcut(keys), class: `ce-style-${id}` })),
    current: () => styleOf(getEditor()),
    choose: (id) => {
      const editor = getEditor()
      if (editor === undefined) return
      setStyle(editor, id)
      editor.view.focus()
    },
  })
  return {
    element: button,
    update: (editor) => {
      const style = STYLES.find(({ id }) => id === styleOf(editor))
      const name = ui.t(style?.label ?? (editor?.isActive('codeBlock') ? 'style.code' : 'style.paragraph'))
      if (words.textContent !== name) words.textContent = name
      nameControl(button, ui.t('style', { name }))
      setAttr(button, 'data-tip', ui.t('style.tip'))
      setPossible(button, editor?.isEditable === true)
    },
  }
}

const styleOf = (editor: Editor | undefined): string | undefined => (editor === undefined ? undefined : currentStyle(editor))

/** Left, center, right, justify. */
export function createAlignmentMenu(ui: Ui, getEditor: () => Editor | undefined): Tool {
  const fallback: Alignment = ui.texts.direction === 'rtl' ? 'right' : 'left'
  const button = iconButton(`align-${fallback}`, ui.t('align.menu'))
  button.dataset['command'] = 'align'
  let shown: Alignment = fallback
  attachMenu(ui, button, {
    label: ui.t('align.menu'),
    choices: ALIGNMENTS.map(({ id, label, icon: name, keys }) => ({
      id,
      label: ui.t(label),
      mark: () => icon(name),
      hint: shownShortcut(keys),
    })),
    current: () => shown,
    choose: (id) => {
      const editor = getEditor()
      if (editor === undefined) return
      setAlignment(editor, id, fallback)
      editor.view.focus()
    },
  })
  return {
    element: button,
    update: (editor) => {
      const now = editor === undefined ? fallback : currentAlignment(editor, fallback)
      if (now !== shown) button.replaceChildren(icon(`align-${now}`))
      shown = now
      nameControl(button, ui.t('align', { name: ui.t(`align.${now}`) }))
      setPossible(button, editor?.isEditable === true && !editor.isActive('codeBlock'))
    },
  }
}

/** The highlighter's colours. */
export function createHighlightMenu(ui: Ui, getEditor: () => Editor | undefined): Tool {
  const button = iconButton('highlight', ui.t('highlight'), 'Mod-Shift-h')
  button.dataset['command'] = 'highlight'
  const swatch = (color: string | undefined): Element => {
    const dot = el('span', { class: 'ce-swatch-dot' })
    if (color !== undefined) dot.style.background = color
    return dot
  }
  attachMenu(ui, button, {
    label: ui.t('highlight'),
    choices: [
      { id: 'none', label: ui.t('highlight.none'), mark: () => swatch(undefined) },
      ...HIGHLIGHTS.map(({ id, label, color }) => ({ id, label: ui.t(label), mark: () => swatch(color) })),
    ],
    current: () => {
      const editor = getEditor()
      return editor === undefined ? 'none' : currentHighlight(editor)
    },
    choose: (id) => {
      const editor = getEditor()
      if (editor === undefined) return
      setHighlight(editor, id)
      editor.view.focus()
    },
  })
  return {
    element: button,
    update: (editor) => {
      setAttr(button, 'aria-pressed', String(editor?.isActive('highlight') === true))
      setPossible(button, editor?.isEditable === true && !editor.isActive('codeBlock'))
    },
  }
}
