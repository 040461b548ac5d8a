/** `cowrite list` for people: one name a line. */
import type { Command } from './command.js'
import { nameText, timeText } from './words.js'

export const list: Command = {
  name: 'list',
  arguments: [],
  summary: 'list the names of all documents',
  details: [
    'One name a line, in the order of their bytes. A name with control characters is shown with escapes, in quotes; ' +
      '--json gives every name as it is.',
  ],
  flags: {
    deleted: { type: 'boolean', help: 'those instead that were deleted and can be brought back, with the time of that' },
  },
  where: 'either',
  run: async ({ values, operate }) => {
    const result = await operate('list', { deleted: values['deleted'] === true })
    const lines = result.deleted?.map(({ name, time }) => `${timeText(time)}  ${nameText(name)}\n`) ?? result.documents.map((name) => `${nameText(name)}\n`)
    return { result: result.deleted ? { deleted: result.deleted.map(({ name, time }) => ({ name, time })) } : result, text: lines.join('') }
  },
}
