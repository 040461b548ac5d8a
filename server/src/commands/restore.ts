/** `cowrite restore`: a whole data directory. */
import { resolve } from 'node:path'
import { restoreBackup } from '@cowrite/persistence'
import { OperationError } from '../operations/operation.js'
import { NO_SERVER, askServer } from '../operations/operator-client.js'
import type { Command } from './command.js'
import { countText, timeText } from './words.js'

export const restore: Command = {
  name: 'restore',
  arguments: ['<dir>'],
  summary: 'restore a backup into a new data directory',
  details: [
    'Makes the data directory (--data) from the backup in <dir>. The data directory must be new or empty; with ' +
      '--force what it holds is moved into replaced-<time> inside it. An interrupted restore leaves it as it was. ' +
      'The server must not be running.',
    'Documents keep their identity: who was connected before and comes back brings what the backup lacks.',
  ],
  flags: {
    part: { type: 'string', value: 'N', help: 'as of backup N, the number in the name of its file; the newest unless given' },
    force: { type: 'boolean', help: 'even when the data directory is not empty' },
  },
  where: 'stopped',
  run: async ({ positionals: [from = ''], values, settings, onProgress }) => {
    const part = values['part'] === undefined ? undefined : partOf(String(values['part']))
    await refuseWhileRunning(settings.data)
    const result = await restoreBackup(resolve(from), settings.data, { part, force: values['force'] === true, onProgress })
    const aside = result.replaced ? ` What was there is in its replaced-… folder.` : ''
    const text = `${countText(result.documents, 'document')} restored into ${settings.data}, as of ${timeText(result.time)}.${aside}\n`
    return { result, text }
  },
}

export function partOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new OperationError('usage', `--part is '${text}'; it must be the number of a backup.`)
  return Number(text)
}

async function refuseWhileRunning(data: string): Promise<void> {
  // Any answer says that a server is there.
  const answer = await askServer(data, '', {}, () => undefined).catch((error: unknown) => error)
  if (answer !== NO_SERVER) {
    throw new OperationError('busy', `A server is running on ${data}. Stop it first, or choose another directory with --data.`)
  }
}
