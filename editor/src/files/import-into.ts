/**
 * A file into the document that is open.
 *
 * Owns: the order of an import: read, keep what would be lost, place.
 * Does not own: each of these steps (import.ts, restore-points.ts, placing.ts).
 * Always holds: what the document held is a restore point on the server before anything takes its place; until
 * the one step that places the content nothing is changed, whatever fails.
 */
import type { CowriteEditor } from '../core/options.js'
import { httpAddress, type UploadFile } from '../core/upload.js'
import { type Imported, ImportError, readDocument } from './import.js'
import { type ImportPlace, placeDocument } from './placing.js'
import { RestorePointError, restorePointsOf } from './restore-points.js'

/** An open document and its server. */
export interface OpenDocument {
  readonly server: string
  readonly doc: string
  readonly upload: UploadFile
  readonly getToken?: (() => string | Promise<string>) | undefined
  cowrite(): CowriteEditor
}

export interface ImportIntoOptions {
  /** Default `caret`. */
  readonly place?: ImportPlace
  readonly signal?: AbortSignal
  /** From 0 to 1. */
  progress?(part: number): void
}

/** @throws ImportError; the signal's reason */
export async function importInto(open: OpenDocument, file: File, { place = 'caret', ...options }: ImportIntoOptions = {}): Promise<Imported> {
  const { server, upload, cowrite } = open
  if (cowrite().editor?.isEditable !== true) throw new ImportError('read-only')
  const imported = await readDocument(file, { server: httpAddress(server), upload, ...options })
  if (place === 'replace') await keepWhatIsThere(open)
  options.signal?.throwIfAborted()
  const { editor } = cowrite()
  if (editor?.isEditable !== true) throw new ImportError('read-only')
  placeDocument(editor, imported.json, place)
  return imported
}

async function keepWhatIsThere({ server, doc, getToken, cowrite }: OpenDocument): Promise<void> {
  // What is not on the server yet would not be in the restore point; offline that could take for ever.
  if (cowrite().status.connection !== 'connected') throw new ImportError('no-restore-point')
  try {
    await cowrite().flush()
    await restorePointsOf(httpAddress(server), doc, getToken).keep('file')
  } catch (cause) {
    const isRefused = cause instanceof RestorePointError && (cause.status === 401 || cause.status === 403)
    throw new ImportError(isRefused ? 'read-only' : 'no-restore-point', { cause })
  }
}
