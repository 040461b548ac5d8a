/**
 * What can be done with a picture: size, place, description.
 *
 * Owns: these commands as data, and the dialog for the description.
 * Does not own: how pictures come in (core/images.ts).
 */
import type { Editor } from '@tiptap/core'
import type { MessageKey } from '../i18n/texts.js'
import type { Command } from './commands.js'
import type { Ui } from './context.js'
import { openDialog, textField } from './dialog.js'
import type { IconName } from './icons.js'

/** Widths in pixels; none is as wide as the picture itself, at most the text. */
const SIZES = [
  { id: 'imageSmall', label: 'image.size.small', icon: 'size-small', width: 240 },
  { id: 'imageMedium', label: 'image.size.medium', icon: 'size-medium', width: 440 },
  { id: 'imageFull', label: 'image.size.full', icon: 'size-full', width: null },
] as const satisfies readonly { id: string; label: MessageKey; icon: IconName; width: number | null }[]

const SIDES = ['left', 'center', 'right'] as const

const attribute = (editor: Editor, name: string): unknown => editor.getAttributes('image')[name] ?? null

export function imageCommands(ui: Ui): readonly (readonly Command[])[] {
  return [
    SIZES.map(({ id, label, icon, width }) => ({
      id,
      label,
      icon,
      isOn: (editor: Editor) => attribute(editor, 'width') === width,
      run: (editor: Editor) => editor.commands.updateAttributes('image', { width, height: null }),
    })),
    SIDES.map((side) => ({
      id: `image-${side}`,
      label: `image.${side}` as const,
      icon: `align-${side}` as const,
      isOn: (editor: Editor) => (attribute(editor, 'align') ?? 'left') === side,
      run: (editor: Editor) => editor.commands.updateAttributes('image', { align: side === 'left' ? null : side }),
    })),
    [
      { id: 'imageAlt', label: 'image.altTitle', icon: 'pencil', run: (editor) => openAltDialog(ui, editor) },
      { id: 'imageDelete', label: 'image.delete', icon: 'trash', run: (editor) => editor.commands.deleteSelection() },
    ],
  ]
}

function openAltDialog(ui: Ui, editor: Editor): void {
  const alt = attribute(editor, 'alt')
  const field = textField(ui.t('image.alt'), { value: typeof alt === 'string' ? alt : '', placeholder: ui.t('image.altHint') })
  openDialog(ui, {
    title: ui.t('image.altTitle'),
    confirm: ui.t('dialog.save'),
    body: [field.element],
    onConfirm: () => void editor.commands.updateAttributes('image', { alt: field.input.value.trim() || null }),
    onClose: () => editor.view.focus(),
  })
}
