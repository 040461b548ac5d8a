/**
 * The entries of the document's menu that have to do with files: downloads, import, restore points.
 *
 * Owns: the entries, and fetching what they need when they are first used.
 * Does not own: reading and writing files (files/), the dialogs (import-dialog.ts, restore-dialog.ts).
 * Always holds: nothing of it is loaded before it is used; what cannot be loaded, offline, is said.
 */
import type { Editor } from '@tiptap/core'
import { httpAddress } from '../core/upload.js'
import { EXPORT_FORMATS, type ExportFormat, IMPORT_ACCEPT } from '../files/formats.js'
import type { OpenDocument } from '../files/import-into.js'
import { chooseFiles } from './choose-files.js'
import type { Ui } from './context.js'
import { openDialog } from './dialog.js'
import type { MenuEntry } from './document-menu.js'
import { el } from './dom.js'

export interface DocumentFiles extends OpenDocument {
  readonly without: ReadonlySet<string>
}

/** Groups of entries. */
export function fileEntries(ui: Ui, options: DocumentFiles): readonly (readonly MenuEntry[])[] {
  const { t } = ui
  const editor = (): Editor | undefined => options.cowrite().editor
  const isEditable = (): boolean => editor()?.isEditable === true
  const fail = (): unknown => openDialog(ui, { title: t('files.failed'), body: [el('p', { class: 'ce-dialog-text' }, t('files.failedText'))] })
  const run = (work: () => Promise<void>): void => void work().catch(fail)
  const downloads = EXPORT_FORMATS.map((format): MenuEntry => ({
    id: `download-${format}`,
    label: t(`download.${format}`),
    icon: 'download',
    isPossible: () => editor() !== undefined,
    run: () => run(() => download(options, format)),
  }))
  const importing: MenuEntry = {
    id: 'import',
    label: t('import.open'),
    icon: 'upload',
    isPossible: isEditable,
    run: () => chooseFiles(ui, { accept: IMPORT_ACCEPT }, ([file]) => {
      if (file) run(async () => (await import('./import-dialog.js')).openImport(ui, options, file))
    }),
  }
  const points: MenuEntry = {
    id: 'restore-points',
    label: t('restore.open'),
    icon: 'history',
    isPossible: isEditable,
    run: () => run(async () => (await import('./restore-dialog.js')).openRestorePoints(ui, options)),
  }
  return [options.without.has('export') ? [] : downloads, [importing, points].filter(({ id }) => !options.without.has(id))]
}

async function download({ server, doc, cowrite }: DocumentFiles, format: ExportFormat): Promise<void> {
  const json = cowrite().getJSON()
  if (json === undefined) return
  const { exportDocument } = await import('../files/index.js')
  const file = await exportDocument(json, format, { name: doc, server: httpAddress(server) })
  const url = URL.createObjectURL(file)
  el('a', { attrs: { href: url, download: file.name } }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
