/**
 * The list of restore points, and going back to one.
 *
 * Owns: showing it. Does not own: the restore points (the server), the requests (files/restore-points.ts).
 * Always holds: nothing is restored by one press; what is restored is seen by everybody, and is itself undone from
 * this list.
 */
import { httpAddress } from '../core/upload.js'
import { RestorePointError, type RestorePointInfo, restorePointsOf } from '../files/index.js'
import { addFileWords } from '../i18n/en-files.js'
import type { MessageKey } from '../i18n/texts.js'
import type { Ui } from './context.js'
import { openDialog } from './dialog.js'
import type { DocumentFiles } from './document-files.js'
import { el } from './dom.js'
import { icon } from './icons.js'
import { timeAgo } from './recent.js'
import { emptyPanel } from './sidebar.js'

const REASONS: Readonly<Record<string, MessageKey>> = {
  deletion: 'restore.deletion', file: 'restore.file', restore: 'restore.restore', asked: 'restore.asked',
}

export function openRestorePoints(ui: Ui, { server, doc, getToken, cowrite }: DocumentFiles): void {
  addFileWords()
  const { t } = ui
  const points = restorePointsOf(httpAddress(server), doc, getToken)
  const list = el('div', { class: 'ce-restore-points', attrs: { 'aria-live': 'polite' } }, el('p', { class: 'ce-dialog-text' }, t('restore.loading')))
  const dialog = openDialog(ui, { title: t('restore.title'), body: [el('p', { class: 'ce-dialog-text' }, t('restore.text')), list] })
  const fail = (error: unknown): void => {
    const isRefused = error instanceof RestorePointError && (error.status === 401 || error.status === 403)
    list.replaceChildren(el('p', { class: 'ce-dialog-problem', attrs: { role: 'alert' } }, t(isRefused ? 'import.readOnly' : 'restore.failed')))
  }
  const restore = async (id: number): Promise<void> => {
    await cowrite().flush()
    await points.restore(id)
    dialog.close()
    ui.announcer.say(t('restore.done'))
  }
  const show = (found: readonly RestorePointInfo[]): void => {
    if (found.length === 0) return list.replaceChildren(emptyPanel(t('restore.none'), 'history'))
    list.replaceChildren(el('ul', { attrs: { 'aria-label': t('restore.title') } }, ...found.map((point) => entryOf(ui, point, () => void restore(point.id).catch(fail)))))
  }
  points.list().then(show, fail)
}

function entryOf({ t, texts }: Ui, { time, reason }: RestorePointInfo, restore: () => void): HTMLElement {
  let isSure = false
  const button = el('button', { class: 'ce-button is-small', attrs: { type: 'button' } }, t('restore.button'))
  const ask = (sure: boolean): void => {
    isSure = sure
    button.textContent = t(sure ? 'restore.sure' : 'restore.button')
    button.classList.toggle('is-primary', sure)
  }
  button.addEventListener('click', () => {
    if (!isSure) return ask(true)
    button.disabled = true
    restore()
  })
  button.addEventListener('blur', () => ask(false))
  const when = new Date(time)
  const words = el('span', { class: 'ce-restore-words' },
    el('time', { attrs: { datetime: when.toISOString(), title: when.toLocaleString(texts.language) } }, timeAgo(time, Date.now(), texts.language, t('home.justNow'))),
    el('small', {}, t(REASONS[reason] ?? 'restore.asked')))
  return el('li', {}, icon('history'), words, button)
}
