/** `cowrite verify` and `cowrite repair` for people. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { copyFiles, FILES_FOLDER, finishPlacing, type ProgressOptions, type RecordFinding, repairDirectory, verifyDirectory } from '@cowrite/persistence'
import { OperationError } from '../operations/operation.js'
import type { Command, Invocation } from './command.js'
import { bytesText, countText, nameText } from './words.js'

/** Findings that people see; --json has all. */
const SHOWN_FINDINGS = 100

export const verify: Command = {
  name: 'verify',
  arguments: [],
  summary: 'read everything and check that it is what was written',
  details: [
    'Reads every record, compares its checksum, decodes every update and looks for what is missing. Changes nothing. In ' +
      "a running server it reads the database at one moment; without one also LevelDB's own files and checksums.",
    'Exit code 3 when something is wrong. Records in quarantine were put aside before, and are no finding.',
  ],
  flags: {},
  where: 'either',
  run: async ({ settings, operate, onProgress }) => {
    const result = await operate('verify', {}, async () => {
      await finishPlacing(settings.data)
      return verifyDirectory(settings.data, progressOf(onProgress))
    })
    const { documents, records, bytes, quarantined, findings } = result
    const text = [
      `${countText(records, 'record')} of ${countText(documents, 'document')} read, ${bytesText(bytes)}; ${quarantined} in quarantine.\n`,
      findings.length === 0 ? 'Everything is as it was written.\n' : `${countText(findings.length, 'finding')}:\n`,
      ...findingLines(findings),
    ].join('')
    return { result, text, ending: findings.length === 0 ? 'ok' : 'damaged' }
  },
}

export const repair: Command = {
  name: 'repair',
  arguments: ['<dir>'],
  summary: 'save what can be read of a damaged data directory into a new one',
  details: [
    'Reads whatever can be read of the files in the data directory (--data) and makes a new data directory <dir> of it. ' +
      'The damaged one is not changed. What is lost is listed; what is damaged but still names its document is put in ' +
      "quarantine there. Then start the server with --data <dir>, or restore single documents from a backup: 'cowrite " +
      "restore --doc'.",
    'Exit code 3 when something was damaged.',
  ],
  flags: {},
  where: 'stopped',
  run: async ({ positionals: [to = ''], settings, onProgress }) => {
    if (!existsSync(settings.data)) throw new OperationError('not-found', `There is no data directory at ${settings.data}. Say where it is: --data DIR`)
    if (existsSync(join(resolve(to), 'CURRENT'))) throw new OperationError('exists', `${to} holds a data directory. Choose one that is missing or empty.`)
    await finishPlacing(settings.data)
    const result = await repairDirectory(settings.data, resolve(to), progressOf(onProgress))
    await copyFiles(join(settings.data, FILES_FOLDER), join(resolve(to), FILES_FOLDER))
    const { documents, kept, putAside, leftBehind, findings } = result
    const text = [
      `${countText(kept, 'record')} of ${countText(documents, 'document')} saved into ${to}; ${putAside} put in quarantine, ${leftBehind} left behind.\n`,
      findings.length === 0 ? 'Nothing was damaged.\n' : `${countText(findings.length, 'finding')}:\n`,
      ...findingLines(findings),
    ].join('')
    return { result, text, ending: findings.length === 0 ? 'ok' : 'damaged' }
  },
}

const progressOf = (onProgress: Invocation['onProgress']): ProgressOptions => ({
  onProgress: ({ bytes, totalBytes }) => onProgress(bytes, totalBytes || undefined, 'bytes'),
})

function findingLines(findings: readonly RecordFinding[]): string[] {
  const lines = findings.slice(0, SHOWN_FINDINGS).map(({ kind, document, file, from, to, reason }) => {
    const where = document === undefined ? (file ?? kind) : nameText(document)
    const place = from === undefined ? kind : `${kind} ${from === to || to === undefined ? from : `${from}-${to}`}`
    return `  ${where} (${place}): ${reason}\n`
  })
  const more = findings.length - lines.length
  return more > 0 ? [...lines, `  … and ${more} more; --json has all.\n`] : lines
}
