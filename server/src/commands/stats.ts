/** `cowrite stats` for people. */
import type { Command } from './command.js'
import { bytesText, rowsText } from './words.js'

const figure = (value: number): string => value.toLocaleString('en')

export const stats: Command = {
  name: 'stats',
  arguments: [],
  summary: 'count documents, updates and bytes',
  details: [
    'Counts what is in the data directory: documents, deleted documents that can be brought back, updates in the log, ' +
      'snapshots, records in quarantine, bytes of the files. With a running server also open documents, connections, ' +
      'and bytes that are not on disk yet.',
  ],
  flags: {},
  where: 'either',
  run: async ({ operate }) => {
    const result = await operate('stats', {})
    const { server } = result
    const text = rowsText([
      ['documents', figure(result.documents)],
      ['deleted', figure(result.deleted)],
      ['updates', figure(result.updates)],
      ['snapshots', figure(result.snapshots)],
      ['quarantined', figure(result.quarantined)],
      ['on disk', bytesText(result.bytes)],
      ...(server
        ? ([
            ['open documents', figure(server.openDocuments)],
            ['connections', figure(server.connections)],
            ['unsaved', bytesText(server.unsavedBytes)],
            ['snapshots in memory', bytesText(server.snapshotBytesInMemory)],
          ] as const)
        : ([['server', 'not running']] as const)),
    ])
    return { result, text }
  },
}
