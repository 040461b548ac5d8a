/**
 * Asking for files of this device.
 *
 * Owns: the input that browsers want for it. Does not own: what is done with the files.
 * Always holds: it is gone when files were chosen, or none.
 */
import type { Ui } from './context.js'
import { el } from './dom.js'

/** Only within a press of the person: browsers open nothing otherwise. */
export function chooseFiles({ root }: Pick<Ui, 'root'>, options: { readonly accept: string; readonly multiple?: boolean }, chosen: (files: readonly File[]) => void): void {
  const input = el('input', { attrs: { type: 'file', accept: options.accept, multiple: options.multiple, hidden: true, 'aria-hidden': 'true', tabindex: -1 } })
  input.addEventListener('change', () => {
    chosen([...(input.files ?? [])])
    input.remove()
  })
  input.addEventListener('cancel', () => input.remove())
  root.append(input)
  input.click()
}
