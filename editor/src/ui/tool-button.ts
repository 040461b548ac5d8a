/**
 * A control of a toolbar, made from a command.
 *
 * Owns: its look, names, pressed and disabled states, and where the focus goes after a press.
 * Always holds: a press with the mouse never takes the focus (and with it the selection) from the
 * text; a press with the keyboard leaves it on the control, so that several can follow. A control
 * that is not possible now stays reachable (`aria-disabled`), or arrow keys would lose their place.
 */
import type { Editor } from '@tiptap/core'
import type { Command } from './commands.js'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { icon, type IconName } from './icons.js'
import { ariaShortcut, shownShortcut } from './shortcuts.js'

export interface Tool {
  readonly element: HTMLElement
  /** Brings the control's state up to date; without an editor it is off. */
  update(editor: Editor | undefined): void
}

/** Names a control for eye, ear and tooltip. */
export function nameControl(control: HTMLElement, label: string, keys?: string): void {
  setAttr(control, 'aria-label', label)
  setAttr(control, 'data-tip', label)
  setAttr(control, 'data-tip-keys', keys === undefined ? undefined : shownShortcut(keys))
  setAttr(control, 'aria-keyshortcuts', keys === undefined ? undefined : ariaShortcut(keys))
}

export function setPossible(control: HTMLElement, isPossible: boolean): void {
  setAttr(control, 'aria-disabled', isPossible ? undefined : 'true')
}

export const isPossibleNow = (control: HTMLElement): boolean => control.getAttribute('aria-disabled') !== 'true'

/** A bare control with an icon; keeps the focus where it is when pressed with the mouse. */
export function iconButton(name: IconName, label: string, keys?: string): HTMLButtonElement {
  const button = el(
    'button',
    { class: 'ce-tool', attrs: { type: 'button' }, on: { mousedown: (event) => event.preventDefault() } },
    icon(name),
  )
  nameControl(button, label, keys)
  return button
}

/** @param getEditor the editor to act on, if there is one. */
export function createTool(ui: Pick<Ui, 't'>, command: Command, getEditor: () => Editor | undefined): Tool {
  const button = iconButton(command.icon, ui.t(command.label), command.keys)
  button.dataset['command'] = command.id
  button.addEventListener('click', (event) => {
    const editor = getEditor()
    if (editor === undefined || !isPossibleNow(button)) return
    command.run(editor)
    if (event.detail > 0) editor.view.focus() // 0: pressed by keyboard
  })
  return {
    element: button,
    update: (editor) => {
      setPossible(button, editor?.isEditable === true && (command.isPossible?.(editor) ?? true))
      if (command.isOn) setAttr(button, 'aria-pressed', String(editor !== undefined && command.isOn(editor)))
    },
  }
}
