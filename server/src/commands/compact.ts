/** `cowrite compact` for people. */
import type { Command } from './command.js'
import { countText, nameText } from './words.js'

export const compact: Command = {
  name: 'compact',
  arguments: ['[<doc>]'],
  summary: 'make new snapshots now, of one document or all',
  details: [
    'The server compacts by itself; this does it now, for every document with updates since its snapshot. Updates that ' +
      'no document can apply go to quarantine. With COWRITE_HISTORY=none the log that a snapshot covers is deleted.',
  ],
  flags: {},
  where: 'either',
  run: async ({ positionals: [document], operate }) => {
    const result = await operate('compact', { document })
    const { documents, compacted, updates, quarantined, failed } = result
    const text = [
      `${countText(compacted, 'new snapshot')} of ${countText(updates, 'update')}; ${countText(documents, 'document')} looked at.\n`,
      quarantined > 0 ? `${countText(quarantined, 'update')} put in quarantine.\n` : '',
      ...failed.map((name) => `Not compacted: ${nameText(name)}\n`),
    ].join('')
    return { result, text, ending: failed.length > 0 ? 'partly' : 'ok' }
  },
}
