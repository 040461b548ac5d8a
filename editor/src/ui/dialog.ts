/**
 * Modal dialogs on the browser's own `<dialog>`.
 *
 * Owns: opening, closing, the title, the row of buttons, giving the focus back.
 * Does not own: the fields inside.
 * Always holds: Escape and a press beside the dialog close it without effect; it leaves no element.
 */
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'

export interface DialogOptions {
  readonly title: string
  readonly body: readonly HTMLElement[]
  /** Label of the button that confirms; without one the dialog only shows something. */
  readonly confirm?: string
  /** Further buttons, left of the others. Pressing one closes the dialog after it has run. */
  readonly extra?: readonly { readonly label: string; run(): void }[]
  /** Called on confirmation; return false to keep the dialog open (something is not filled in right). */
  onConfirm?(): boolean | void
  /** Called after closing in any way. */
  onClose?(): void
}

let nextId = 1

export interface Dialog {
  close(): void
  /** Whether confirming has to wait. */
  setBusy(isBusy: boolean): void
}

/** Opens a dialog. */
export function openDialog(ui: Pick<Ui, 'root' | 't'>, options: DialogOptions): Dialog {
  const titleId = `ce-dialog-${nextId++}`
  const close = (): void => dialog.close()
  const extra = (options.extra ?? []).map(({ label, run }) =>
    el('button', { class: 'ce-button', attrs: { type: 'button' }, on: { click: () => { run(); close() } } }, label),
  )
  const confirm = options.confirm === undefined ? undefined : el('button', { class: 'ce-button is-primary', attrs: { type: 'submit' } }, options.confirm)
  const form = el(
    'form',
    {
      attrs: { novalidate: true },
      on: {
        submit: (event) => {
          event.preventDefault()
          if (options.onConfirm?.() !== false) close()
        },
      },
    },
    el('h2', { class: 'ce-dialog-title', attrs: { id: titleId } }, options.title),
    ...options.body,
    el(
      'div',
      { class: 'ce-dialog-buttons' },
      ...extra,
      el('span', { class: 'ce-spring' }),
      el('button', { class: 'ce-button', attrs: { type: 'button' }, on: { click: close } }, ui.t(options.confirm === undefined ? 'dialog.close' : 'dialog.cancel')),
      confirm,
    ),
  )
  const dialog = el(
    'dialog',
    {
      class: 'ce-dialog',
      attrs: { 'aria-labelledby': titleId },
      on: {
        mousedown: (event) => {
          if (event.target === dialog) close() // the backdrop counts as the dialog, its content does not
        },
        close: () => {
          dialog.remove()
          options.onClose?.()
        },
      },
    },
    form,
  )
  ui.root.append(dialog)
  dialog.showModal()
  const field = form.querySelector<HTMLInputElement>('input:not([type=radio])')
  field?.focus()
  field?.select()
  return { close, setBusy: (isBusy) => confirm && setAttr(confirm, 'disabled', isBusy) }
}

/** A labelled text field. `error` is the element to fill when the value is not usable. */
export function textField(label: string, attrs: Readonly<Record<string, string | number | boolean>> = {}): {
  readonly element: HTMLElement
  readonly input: HTMLInputElement
  setError(text: string): void
  clearError(): void
} {
  const id = `ce-field-${nextId++}`
  const error = el('span', { class: 'ce-field-error', attrs: { id: `${id}-error`, role: 'alert' } })
  const input = el('input', { class: 'ce-input', attrs: { id, type: 'text', autocomplete: 'off', ...attrs } })
  return {
    element: el('div', { class: 'ce-field' }, el('label', { attrs: { for: id } }, label), input, error),
    input,
    setError: (text) => {
      error.textContent = text
      input.setAttribute('aria-invalid', 'true')
      input.setAttribute('aria-describedby', error.id)
      input.focus()
    },
    clearError: () => {
      error.textContent = ''
      input.removeAttribute('aria-invalid')
      input.removeAttribute('aria-describedby')
    },
  }
}
