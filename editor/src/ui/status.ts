/**
 * The status in the page: a few words, always visible, and a notice with the reason when there is one.
 *
 * Owns: the two elements, and the calm of the words while somebody types.
 * Does not own: the sentences (status-text.ts) or what the action does.
 * Always holds: leaving "Saved" shows at once, because the words must never promise too much;
 * coming back to it (and whatever else `settles`) waits a moment, so that they do not flicker with every key.
 */
import type { EditorStatus } from '../core/options.js'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { icon } from './icons.js'
import { statusText, type StatusText } from './status-text.js'

/** How long something that settles has to last before it is shown, in milliseconds. */
export const CALM_AFTER_MS = 400

export interface StatusView {
  /** The words. */
  readonly element: HTMLElement
  /** The reason and the button; hidden while there is none. */
  readonly notice: HTMLElement
  show(status: EditorStatus): void
  destroy(): void
}

/** @param act what a press on the notice's button does. */
export function createStatusView(ui: Pick<Ui, 't' | 'announcer'>, act: (action: 'retry' | 'reload') => void): StatusView {
  const words = el('span', { class: 'ce-status-text' })
  // Not live: announcements go through the ui's announcer, which is slower and says less.
  const element = el(
    'div',
    { class: 'ce-status', attrs: { role: 'status', 'aria-live': 'off' } },
    el('span', { class: 'ce-status-dot', attrs: { 'aria-hidden': 'true' } }),
    words,
  )
  const reason = el('span')
  const button = el('button', { class: 'ce-notice-button', attrs: { type: 'button' } })
  const notice = el('div', { class: 'ce-notice', attrs: { hidden: true } }, icon('alert'), reason, button)
  let action: StatusText['action']
  let announced: StatusText['mood'] = 'busy'
  let timer: ReturnType<typeof setTimeout> | undefined
  let pending: StatusText | undefined
  /** Whether this person could only read when last in sync; undefined before. */
  let wasReader: boolean | undefined
  /** Whether they could write before: then the words alone would leave them wondering. */
  let hasLostRole = false
  button.addEventListener('click', () => action && act(action))

  const put = (next: StatusText): void => {
    if (words.textContent !== next.text) words.textContent = next.text
    setAttr(element, 'data-mood', next.mood)
    setAttr(element, 'data-tip', next.tip)
    setAttr(element, 'aria-description', next.tip)
    setAttr(notice, 'hidden', next.detail === undefined)
    reason.textContent = next.detail ?? ''
    action = next.action
    setAttr(button, 'hidden', action === undefined)
    if (action) button.textContent = ui.t(`status.${action}`)
    const isTrouble = next.mood === 'warning' || next.mood === 'error'
    const wasTrouble = announced === 'warning' || announced === 'error'
    if ((isTrouble && next.mood !== announced) || (wasTrouble && next.mood === 'calm')) {
      ui.announcer.say(next.detail ?? next.text)
    }
    if (isTrouble || next.mood === 'calm') announced = next.mood
  }

  const settle = (): void => {
    timer = undefined
    if (pending) put(pending)
  }

  /** The role may change while somebody types. */
  const lookAtRole = ({ synced, readOnly }: EditorStatus): void => {
    if (!synced) return
    const isReader = readOnly === 'role'
    if (wasReader !== undefined && wasReader !== isReader) {
      hasLostRole = isReader
      ui.announcer.say(ui.t(isReader ? 'status.readOnly.role' : 'status.mayWrite'))
    }
    wasReader = isReader
  }

  return {
    element,
    notice,
    show: (status) => {
      lookAtRole(status)
      const said = statusText(status, ui.t)
      const next = hasLostRole && said.tip !== undefined ? { ...said, detail: said.tip } : said
      const isFirst = words.textContent === '' || words.textContent === ui.t('status.connecting')
      const promisesTooMuch = element.dataset['mood'] === 'calm' && next.mood !== 'calm'
      if (next.settles && !isFirst && !promisesTooMuch) {
        // What waits is replaced, not put off: it shows up also while somebody types on and on.
        pending = next
        timer ??= setTimeout(settle, CALM_AFTER_MS)
        return
      }
      clearTimeout(timer)
      timer = undefined
      put(next)
    },
    destroy: () => clearTimeout(timer),
  }
}
