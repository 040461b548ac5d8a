/** `cowrite list` for people: one name a line. */
import type { Command } from './command.js'
import { nameText } from './words.js'

export const list: Command = {
  name: 'list',
  arguments: [],
  summary: 'list the names of all documents',
  details: [
    'One name a line, in the order of their bytes. A name with control characters is shown with escapes, in quotes; ' +
      '--json gives every name as it is.',
  ],
  flags: {},
  where: 'either',
  run: async ({ operate }) => {
    const result = await operate('list', {})
    return { result, text: result.documents.map((name) => `${nameText(name)}\n`).join('') }
  },
}
