/**
 * The button that copies the document's address.
 *
 * Owns: copying, also where the clipboard API is missing (plain http on another host), and saying so.
 */
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { icon } from './icons.js'

const SAID_FOR_MS = 2000

/** @param address what to copy, asked at each press. */
export function createCopyLinkButton(ui: Pick<Ui, 't' | 'announcer'>, address: () => string): HTMLButtonElement {
  const words = el('span', { class: 'ce-button-text' }, ui.t('copy.link'))
  const button = el('button', { class: 'ce-button is-primary ce-copy-link', attrs: { type: 'button' } }, icon('link'), words)
  setAttr(button, 'aria-label', ui.t('copy.link'))
  let timer: ReturnType<typeof setTimeout> | undefined
  const say = (text: string, name: 'check' | 'alert'): void => {
    clearTimeout(timer)
    button.replaceChildren(icon(name), words)
    words.textContent = text
    ui.announcer.say(text)
    timer = setTimeout(() => {
      button.replaceChildren(icon('link'), words)
      words.textContent = ui.t('copy.link')
    }, SAID_FOR_MS)
  }
  button.addEventListener('click', () => {
    copyText(address()).then(
      () => say(ui.t('copy.done'), 'check'),
      () => say(ui.t('copy.failed'), 'alert'),
    )
  })
  return button
}

async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text)
  const field = el('textarea', { class: 'ce-visually-hidden' })
  field.value = text
  document.body.append(field)
  field.select()
  // The only way on pages without a secure context, where navigator.clipboard does not exist.
  const done = document.execCommand('copy')
  field.remove()
  if (!done) throw new Error('the browser did not copy')
}
