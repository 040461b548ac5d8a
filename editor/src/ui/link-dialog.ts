/**
 * The link control and its dialog: set, change, open, remove.
 *
 * Owns: the dialog, and which stretch of text becomes the link.
 * Does not own: which addresses are allowed (schema/url.ts).
 */
import { getMarkRange, type Editor } from '@tiptap/core'
import { linkFromInput, safeLink } from '../schema/index.js'
import type { Command } from './commands.js'
import type { Ui } from './context.js'
import { openDialog, textField } from './dialog.js'

/** Opens the dialog for the link at the caret or for the selected text. */
export function openLinkDialog(ui: Ui, editor: Editor): void {
  const attributes = editor.getAttributes('link')
  const href = safeLink(attributes['href'] ?? '')
  const isLink = editor.isActive('link')
  const { empty } = editor.state.selection
  const url = textField(ui.t('link.address'), { value: href, placeholder: 'https://example.org', inputmode: 'url', spellcheck: 'false' })
  const words = !isLink && empty ? textField(ui.t('link.text'), { placeholder: ui.t('link.textHint') }) : undefined
  openDialog(ui, {
    title: ui.t(isLink ? 'link.change' : 'link.add'),
    confirm: ui.t(isLink ? 'dialog.change' : 'dialog.add'),
    body: words ? [words.element, url.element] : [url.element],
    extra: isLink
      ? [
          { label: ui.t('link.remove'), run: () => selectLink(editor).unsetLink().run() },
          ...(href === '' ? [] : [{ label: ui.t('link.open'), run: () => void window.open(href, '_blank', 'noopener,noreferrer') }]),
        ]
      : [],
    onConfirm: () => {
      const target = linkFromInput(url.input.value)
      if (target === '') {
        url.setError(ui.t('link.bad'))
        return false
      }
      if (words) insertLink(editor, words.input.value.trim() || url.input.value.trim(), target)
      else selectLink(editor).setLink({ href: target }).run()
    },
    onClose: () => editor.view.focus(),
  })
}

// Inside a link and nothing selected, the whole link is meant.
const selectLink = (editor: Editor): ReturnType<Editor['chain']> =>
  editor.state.selection.empty ? editor.chain().extendMarkRange('link') : editor.chain()

function insertLink(editor: Editor, text: string, href: string): void {
  editor.commands.insertContent({ type: 'text', text, marks: [{ type: 'link', attrs: { href } }] })
  // What is typed next is not part of the link.
  editor.view.dispatch(editor.state.tr.removeStoredMark(editor.schema.marks['link']!))
}

/** The toolbar's link control. */
export const linkCommand = (ui: Ui): Command => ({
  id: 'link',
  label: 'link',
  icon: 'link',
  keys: 'Mod-k',
  isOn: (editor) => editor.isActive('link'),
  isPossible: (editor) => !editor.isActive('codeBlock'),
  run: (editor) => openLinkDialog(ui, editor),
})

/** Follows links on a press with Ctrl or Cmd. @returns stops doing so. */
export function followLinks(editor: Editor): () => void {
  const pressed = (event: MouseEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || !(event.target instanceof Element)) return
    const link = event.target.closest('a[href]')
    const type = editor.schema.marks['link']
    if (link === null || type === undefined) return
    const position = editor.view.posAtDOM(link, 0)
    const range = getMarkRange(editor.state.doc.resolve(position), type)
    const href = safeLink(link.getAttribute('href'))
    if (range === undefined || href === '') return
    event.preventDefault()
    window.open(href, '_blank', 'noopener,noreferrer')
  }
  const { dom } = editor.view
  dom.addEventListener('click', pressed)
  return () => dom.removeEventListener('click', pressed)
}
