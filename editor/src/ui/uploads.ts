/**
 * Pictures on their way, and those that did not get there.
 *
 * Owns: the list in the corner: progress, reason of a failure, trying again, giving up.
 * Does not own: uploading (core/images.ts).
 */
import type { Upload } from '../core/images.js'
import { IMAGE_TYPES, type UploadProblem } from '../core/upload.js'
import type { MessageKey } from '../i18n/texts.js'
import { chooseFiles } from './choose-files.js'
import type { Command } from './commands.js'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { iconButton } from './tool-button.js'

const REASONS = {
  'too-large': 'image.tooLarge',
  'wrong-type': 'image.wrongType',
  forbidden: 'image.forbidden',
  'no-server': 'image.noServer',
  'server-full': 'image.serverFull',
} as const satisfies Record<UploadProblem, MessageKey>

export interface UploadList {
  readonly element: HTMLElement
  show(uploads: readonly Upload[]): void
}

export function createUploadList(ui: Ui, act: { retry(id: number): void; dismiss(id: number): void }): UploadList {
  const { t } = ui
  const element = el('ul', { class: 'ce-uploads', attrs: { 'aria-label': t('image'), hidden: true } })
  const entries = new Map<number, { readonly element: HTMLElement; show(upload: Upload): void }>()

  const makeEntry = (id: number) => {
    const words = el('span', { class: 'ce-upload-name' })
    const bar = el('progress', { attrs: { max: 1, value: 0 } })
    const again = el('button', { class: 'ce-button is-small', attrs: { type: 'button', hidden: true }, on: { click: () => act.retry(id) } }, t('image.retry'))
    const dismiss = iconButton('close', t('image.dismiss'))
    dismiss.addEventListener('click', () => act.dismiss(id))
    const element = el('li', { class: 'ce-upload' }, words, bar, again, dismiss)
    let announced: UploadProblem | undefined
    const show = ({ name, progress, problem }: Upload): void => {
      const percent = Math.round(progress * 100)
      const text = problem ? t('image.failed', { name, reason: t(REASONS[problem]) }) : t('image.uploading', { name, percent })
      words.textContent = text
      setAttr(bar, 'aria-label', name)
      setAttr(bar, 'value', progress)
      setAttr(bar, 'hidden', problem !== undefined)
      // What the server will never take need not be sent again.
      setAttr(again, 'hidden', problem === undefined || problem === 'wrong-type' || problem === 'too-large')
      element.classList.toggle('is-failed', problem !== undefined)
      if (problem !== undefined && problem !== announced) ui.announcer.say(text)
      announced = problem
    }
    return { element, show }
  }
  return {
    element,
    show: (uploads) => {
      for (const [id, entry] of entries) {
        if (uploads.some((upload) => upload.id === id)) continue
        entry.element.remove()
        entries.delete(id)
      }
      for (const upload of uploads) {
        let entry = entries.get(upload.id)
        if (entry === undefined) {
          entries.set(upload.id, (entry = makeEntry(upload.id)))
          element.append(entry.element)
        }
        entry.show(upload)
      }
      setAttr(element, 'hidden', uploads.length === 0)
    },
  }
}

/** The command that asks for pictures of this device. */
export const imageCommand = (ui: Ui, add: (files: readonly File[]) => void): Command => ({
  id: 'image',
  label: 'image',
  icon: 'image',
  isPossible: (editor) => !editor.isActive('codeBlock'),
  run: () => chooseFiles(ui, { accept: IMAGE_TYPES.join(','), multiple: true }, add),
})
