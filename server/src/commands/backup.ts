/** `cowrite backup` for people. */
import { resolve } from 'node:path'
import type { Command } from './command.js'
import { bytesText, countText } from './words.js'

export const backup: Command = {
  name: 'backup',
  arguments: ['<dir>'],
  summary: 'back up all documents, while the server runs',
  details: [
    'Adds to <dir> what is new since the last backup there; the first one holds everything. The backup is of one ' +
      'moment, and people can go on writing. Nothing that is there is changed: each backup is a file of its own, ' +
      'and a backup that is interrupted leaves the earlier ones as they were. Every earlier file is read and checked.',
    '<dir> is seen from where this command runs, and is written by the user that the server runs as.',
  ],
  flags: {
    full: { type: 'boolean', help: 'write everything once more; the earlier files are no longer needed then, and stay' },
  },
  where: 'either',
  run: async ({ positionals: [directory = ''], values, operate }) => {
    const path = resolve(directory)
    const result = await operate('backup', { directory: path, full: values['full'] === true })
    const { documents, records, puts, deletes, bytesWritten, damaged, part, full, files } = result
    const what = bytesWritten === 0
      ? `Nothing new since backup ${part}`
      : `Backup ${part}, ${full ? 'full' : `${countText(puts, 'new record')}, ${countText(deletes, 'gone', 'gone')}`}, ${bytesText(bytesWritten)}`
    const warning = damaged === 0
      ? ''
      : `${countText(damaged, 'record or file is', 'records or files are')} damaged, and were copied as they are. Run 'cowrite verify'.\n`
    const text = `${what}; ${countText(documents, 'document')} in ${countText(records, 'record')} in ${path}.${files > 0 ? ` ${countText(files, 'new file')}.` : ''}\n${warning}`
    return { result, text, ending: damaged === 0 ? 'ok' : 'damaged' }
  },
}
