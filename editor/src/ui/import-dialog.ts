/**
 * The dialog of an import: where the file goes, how far it is, and why it failed.
 *
 * Owns: asking, showing. Does not own: reading the file and placing it (files/).
 * Always holds: what the document held is a restore point on the server before anything takes its place; a failure,
 * or giving up, changes nothing.
 */
import { type Imported, ImportError, importInto, type ImportPlace, type ImportProblem, MAX_IMPORT_BYTES } from '../files/index.js'
import { addFileWords } from '../i18n/en-files.js'
import type { MessageKey } from '../i18n/texts.js'
import type { Ui } from './context.js'
import { openDialog } from './dialog.js'
import type { DocumentFiles } from './document-files.js'
import { el, setAttr } from './dom.js'

const REASONS = {
  'read-only': 'import.readOnly',
  'no-restore-point': 'import.noServer',
  'too-large': 'import.tooLarge',
  unsupported: 'import.unsupported',
  damaged: 'import.damaged',
  unreadable: 'import.unreadable',
} as const satisfies Record<ImportProblem, MessageKey>

export function openImport(ui: Ui, options: DocumentFiles, file: File): void {
  addFileWords()
  const { t } = ui
  const abort = new AbortController()
  const isEmpty = options.cowrite().editor?.isEmpty === true
  let place: ImportPlace = isEmpty ? 'replace' : 'caret'
  const choice = (value: ImportPlace, label: MessageKey, hint: MessageKey): HTMLElement => {
    const radio = el('input', { attrs: { type: 'radio', name: 'ce-import-place', value, checked: place === value }, on: { change: () => (place = value) } })
    return el('label', { class: 'ce-choice' }, radio, el('span', {}, t(label), el('small', {}, t(hint))))
  }
  const places = el('fieldset', { class: 'ce-choices' }, el('legend', {}, t('import.where')), choice('caret', 'import.caret', 'import.caretHint'), choice('replace', 'import.replace', 'import.replaceHint'))
  const bar = el('progress', { class: 'ce-progress', attrs: { max: 1, value: 0, hidden: true, 'aria-label': t('import.working') } })
  const problem = el('p', { class: 'ce-dialog-problem', attrs: { role: 'alert' } })

  const work = async (): Promise<void> => {
    problem.textContent = ''
    dialog.setBusy(true)
    setAttr(places, 'disabled', true)
    setAttr(bar, 'hidden', false)
    try {
      const done = await importInto(options, file, { place, signal: abort.signal, progress: (part) => setAttr(bar, 'value', part) })
      dialog.close()
      // Keys, undo above all, are meant for what just came in.
      options.cowrite().focus()
      ui.announcer.say(t('import.done', { name: file.name }))
      tell(ui, done)
    } catch (error) {
      if (abort.signal.aborted) return
      problem.textContent = reasonOf(ui, error)
      dialog.setBusy(false)
      setAttr(places, 'disabled', false)
      setAttr(bar, 'hidden', true)
    }
  }
  const dialog = openDialog(ui, {
    title: t('import.title', { name: file.name }),
    body: [places, bar, problem],
    confirm: t('import.confirm'),
    onConfirm: () => {
      void work()
      return false
    },
    onClose: () => abort.abort(),
  })
}

function reasonOf({ t }: Ui, error: unknown): string {
  const key = REASONS[error instanceof ImportError ? error.problem : 'damaged']
  return t(key, { limit: MAX_IMPORT_BYTES / 1024 / 1024 })
}

/** What of the pictures is not as it was. */
function tell(ui: Ui, { lostPictures, linkedPictures }: Imported): void {
  const lines = [
    ...(lostPictures > 0 ? [ui.t('import.lost', { count: lostPictures })] : []),
    ...(linkedPictures > 0 ? [ui.t('import.linked', { count: linkedPictures })] : []),
  ]
  if (lines.length === 0) return
  openDialog(ui, { title: ui.t('import.pictures'), body: lines.map((line) => el('p', { class: 'ce-dialog-text' }, line)) })
}
