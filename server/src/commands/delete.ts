/** `cowrite delete` and `cowrite undelete` for people. */
import type { Command } from './command.js'
import { nameText } from './words.js'

export const deleteDocument: Command = {
  name: 'delete',
  arguments: ['<doc>'],
  summary: 'delete a document; undelete brings it back',
  details: [
    'Whoever has the document open is told that it was deleted, and nobody can open it. It stays on disk, and ' +
      "'cowrite undelete' brings it back as it was.",
    'With --hard it is gone for good: when this returns, no byte of its content is left in any file of the data ' +
      'directory, nor of pictures that no other document shows (backups made before still have both), and no copy that ' +
      'somebody kept can bring it back.',
  ],
  flags: { hard: { type: 'boolean', help: 'for good; also a document that was deleted before' } },
  where: 'either',
  run: async ({ positionals: [document = ''], values, operate }) => {
    const result = await operate('delete', { document, hard: values['hard'] === true })
    const text = result.erased
      ? `'${nameText(document)}' is deleted for good.\n`
      : `'${nameText(document)}' is deleted. To bring it back: cowrite undelete\n`
    return { result, text }
  },
}

export const undelete: Command = {
  name: 'undelete',
  arguments: ['<doc>'],
  summary: 'bring back a deleted document',
  details: ["Brings back what 'cowrite delete' took away, as it was. What was deleted with --hard comes from a backup only."],
  flags: {},
  where: 'either',
  run: async ({ positionals: [document = ''], operate }) => {
    const result = await operate('undelete', { document })
    return { result, text: `'${nameText(document)}' is back.\n` }
  },
}
