/** `cowrite restore`: a whole data directory, or one document into a running server. */
import { resolve } from 'node:path'
import { restoreBackup } from '@cowrite/persistence'
import { REVOCATIONS_FILE } from '../access/revocation-file.js'
import { OperationError } from '../operations/operation.js'
import { askServer, NO_SERVER } from '../operations/operator-client.js'
import type { Command, Invocation, Outcome } from './command.js'
import { countText, nameText, timeText } from './words.js'

export const restore: Command = {
  name: 'restore',
  arguments: ['<dir>'],
  summary: 'restore a backup into a new data directory, or one document of it',
  details: [
    'Makes the data directory (--data) from the backup in <dir>. The server must not be running, and the data directory ' +
      'must be new or empty; with --force what it holds is moved into replaced-<time> inside it. An interrupted restore ' +
      'leaves it as it was. Documents keep their identity: who was connected before and comes back brings what the ' +
      'backup lacks.',
    'With --doc it restores that one document, into the running server when there is one. It begins a new life: who has ' +
      'the document open is told that their copy is outdated, and nobody can merge the present content back in. A ' +
      'document that is there is replaced only with --force; make a backup first.',
  ],
  flags: {
    doc: { type: 'string', value: 'NAME', help: 'only this document' },
    part: { type: 'string', value: 'N', help: 'as of backup N, the number in the name of its file; the newest unless given' },
    force: { type: 'boolean', help: 'even when the data directory is not empty, or the document is there' },
  },
  where: 'either',
  creates: true,
  run: async (invocation) => {
    const { positionals: [from = ''], values } = invocation
    const part = values['part'] === undefined ? undefined : partOf(String(values['part']))
    const force = values['force'] === true
    const document = values['doc']
    return typeof document === 'string'
      ? restoreDocument(invocation, { directory: resolve(from), document, part, force })
      : restoreAll(invocation, resolve(from), { part, force })
  },
}

async function restoreAll({ settings, onProgress }: Invocation, from: string, options: { part: number | undefined; force: boolean }): Promise<Outcome> {
  await refuseWhileRunning(settings.data)
  const result = await restoreBackup(from, settings.data, { ...options, keep: [REVOCATIONS_FILE], onProgress })
  const aside = result.replaced ? ` What was there is in its replaced-… folder.` : ''
  const text = `${countText(result.documents, 'document')} restored into ${settings.data}, as of ${timeText(result.time)}.${aside}\n`
  return { result, text }
}

async function restoreDocument(
  { operate }: Invocation,
  args: { directory: string; document: string; part: number | undefined; force: boolean },
): Promise<Outcome> {
  const result = await operate('restore-document', args)
  const leftOut = result.leftOut > 0 ? ` ${countText(result.leftOut, 'update')} of the backup cannot be applied and were left out.` : ''
  const text = `'${nameText(args.document)}' is restored as of ${timeText(result.time)}.${leftOut}\n`
  return { result, text, ending: result.leftOut > 0 ? 'partly' : 'ok' }
}

function partOf(text: string): number {
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
