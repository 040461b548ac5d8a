/**
 * The two menus of the toolbar: block style, and alignment.
 *
 * Owns: showing the current choice on the button. Does not own: the popup (menu.ts).
 */
import type { Editor } from '@tiptap/core'
import { ALIGNMENTS, currentAlignment, currentStyle, setAlignment, setStyle, STYLES } from './commands.js'
import { el, setAttr } from './dom.js'
import { icon } from './icons.js'
import { attachMenu } from './menu.js'
import { shownShortcut } from './shortcuts.js'
import { iconButton, nameControl, setPossible, type Tool } from './tool-button.js'

/** "Text", "Heading 1" … */
export function createStyleMenu(getEditor: () => Editor | undefined): Tool {
  const words = el('span', { class: 'ce-style-name' }, 'Text')
  const button = el('button', { class: 'ce-tool is-wide', attrs: { type: 'button' } }, words, icon('down'))
  button.dataset['command'] = 'style'
  attachMenu(button, {
    label: 'Style',
    choices: STYLES.map(({ id, label, keys }) => ({ id, label, hint: shownShortcut(keys), class: `ce-style-${id}` })),
    current: () => currentStyleOf(getEditor()),
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
      const style = STYLES.find(({ id }) => id === currentStyleOf(editor))
      const label = style?.label ?? (editor?.isActive('codeBlock') ? 'Code' : 'Text')
      if (words.textContent !== label) words.textContent = label
      nameControl(button, `Style: ${label}`)
      setAttr(button, 'data-tip', 'Style of this block')
      setPossible(button, editor?.isEditable === true)
    },
  }
}

const currentStyleOf = (editor: Editor | undefined): string | undefined =>
  editor === undefined ? undefined : currentStyle(editor)

/** Left, center, right, justify. */
export function createAlignmentMenu(getEditor: () => Editor | undefined): Tool {
  const button = iconButton('align-left', 'Alignment')
  button.dataset['command'] = 'align'
  let shown = 'left'
  attachMenu(button, {
    label: 'Alignment',
    choices: ALIGNMENTS.map(({ id, label, icon: name, keys }) => ({
      id,
      label,
      mark: () => icon(name),
      hint: shownShortcut(keys),
    })),
    current: () => shown,
    choose: (id) => {
      const editor = getEditor()
      if (editor === undefined) return
      setAlignment(editor, id)
      editor.view.focus()
    },
  })
  return {
    element: button,
    update: (editor) => {
      const now = editor === undefined ? 'left' : currentAlignment(editor)
      if (now !== shown) button.replaceChildren(icon(`align-${now}`))
      shown = now
      nameControl(button, `Alignment: ${now}`)
      setPossible(button, editor?.isEditable === true && !editor.isActive('codeBlock'))
    },
  }
}
