/**
 * The link control and its dialog: set, change, open, remove.
 *
 * Owns: the dialog, and which stretch of text becomes the link.
 * Does not own: which addresses are allowed (schema/url.ts).
 */
import { getMarkRange, type Editor } from '@tiptap/core'
import { linkFromInput, safeLink } from '../schema/index.js'
import type { Command } from './commands.js'
import { openDialog, textField } from './dialog.js'

/** Opens the dialog for the link at the caret or for the selected text. */
export function openLinkDialog(parent: HTMLElement, editor: Editor): void {
  const attributes = editor.getAttributes('link')
  const href = safeLink(attributes['href'] ?? '')
  const isLink = editor.isActive('link')
  const { empty } = editor.state.selection
  const url = textField('Address', { value: href, placeholder: 'https://example.org', inputmode: 'url', spellcheck: 'false' })
  const words = !isLink && empty ? textField('Text', { placeholder: 'Shown in the document' }) : undefined
  openDialog(parent, {
    title: isLink ? 'Change the link' : 'Add a link',
    confirm: isLink ? 'Change' : 'Add',
    body: words ? [words.element, url.element] : [url.element],
    extra: isLink
      ? [
          { label: 'Remove', run: () => selectLink(editor).unsetLink().run() },
          ...(href === '' ? [] : [{ label: 'Open', run: () => void window.open(href, '_blank', 'noopener,noreferrer') }]),
        ]
      : [],
    onConfirm: () => {
      const target = linkFromInput(url.input.value)
      if (target === '') {
        url.setError('Please enter an address such as https://example.org or name@example.org.')
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
export const linkCommand = (parent: () => HTMLElement): Command => ({
  id: 'link',
  label: 'Link',
  icon: 'link',
  keys: 'Mod-k',
  isOn: (editor) => editor.isActive('link'),
  isPossible: (editor) => !editor.isActive('codeBlock'),
  run: (editor) => openLinkDialog(parent(), editor),
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
