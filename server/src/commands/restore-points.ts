/** `cowrite restore-points` for people. */
import { OperationError } from '../operations/operation.js'
import type { Command } from './command.js'
import { nameText, timeText } from './words.js'

const REASONS: Readonly<Record<string, string>> = {
  deletion: 'before much was deleted at once',
  file: 'before a file took its place',
  restore: 'before it was brought back to another',
  asked: 'asked for',
}

export const restorePoints: Command = {
  name: 'restore-points',
  arguments: ['<doc>'],
  summary: 'list the restore points of a document, make one, or bring it back to one',
  details: [
    'One restore point a line, the newest first: its number, its time, why it was made, and by whose edit.',
    'With --restore the document holds again what it held then. That is an edit like any other: whoever has the document ' +
      'open sees it at once and goes on writing, and what was there before is a restore point itself.',
  ],
  flags: {
    restore: { type: 'string', value: 'ID', help: 'bring the document back to the restore point of this number' },
    keep: { type: 'boolean', help: 'make one of what the document holds now' },
  },
  where: 'either',
  run: async ({ positionals: [document = ''], values, operate }) => {
    const { restore, keep } = values
    if (restore !== undefined && keep === true) throw new OperationError('usage', '--restore and --keep are two things: one at a time.')
    const name = nameText(document)
    if (restore !== undefined) {
      const result = await operate('bring-back', { document, id: idOf(String(restore)) })
      return { result, text: result.changed ? `'${name}' is as it was at restore point ${result.restored}.\n` : `'${name}' holds that already; nothing was changed.\n` }
    }
    if (keep === true) {
      const result = await operate('keep-restore-point', { document })
      const point = result.restorePoint
      return { result, text: point ? `'${name}' has restore point ${point.id}.\n` : `'${name}' is empty, or COWRITE_RESTORE_POINTS is 0: none was made.\n` }
    }
    const result = await operate('restore-points', { document })
    const lines = result.restorePoints.map(({ id, time, reason, author }) =>
      `${String(id).padStart(8)}  ${timeText(time)}  ${REASONS[reason] ?? nameText(reason)}${author === undefined ? '' : `, ${nameText(author)}`}\n`)
    return { result, text: lines.length === 0 ? `'${name}' has no restore points.\n` : lines.join('') }
  },
}

function idOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new OperationError('usage', `--restore is '${text}'; it must be the number of a restore point.`)
  return Number(text)
}
