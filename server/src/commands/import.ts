/** `cowrite import` for people. */
import { resolve } from 'node:path'
import type { ImportKind } from '../operations/import.js'
import { OperationError } from '../operations/operation.js'
import type { Command } from './command.js'
import { countText, nameText } from './words.js'

const KINDS = ['y-leveldb', 'hocuspocus-sqlite', 'yjs'] as const

export const importDocuments: Command = {
  name: 'import',
  arguments: ['<kind>', '<path>'],
  summary: 'take in documents of y-leveldb, Hocuspocus (SQLite) or a Yjs file',
  details: [
    "y-leveldb <dir>: what y-websocket's server keeps with YPERSISTENCE. Stop that server first. " +
      "hocuspocus-sqlite <file>: the database of Hocuspocus' SQLite extension. yjs <file>: one Yjs update (version 1) " +
      'of a whole document, whose name --doc gives.',
    'Each document comes in whole or not at all; one that cannot come in is listed, and the rest goes on. To import the ' +
      'same again changes nothing. The other program\'s files are not changed.',
  ],
  flags: {
    doc: { type: 'string', value: 'NAME', help: 'the name of the document (yjs only)' },
    force: { type: 'boolean', help: 'merge into documents that are there; nothing of theirs is lost, and what both have is there once' },
  },
  where: 'either',
  creates: true,
  run: async ({ positionals: [kindText = '', path = ''], values, operate }) => {
    const kind = kindOf(kindText)
    const document = typeof values['doc'] === 'string' ? values['doc'] : undefined
    const result = await operate('import-documents', { kind, path: resolve(path), document, force: values['force'] === true })
    const { imported, merged, unchanged, leftOut, rejected } = result
    const text = [
      `${countText(imported, 'document')} imported, ${merged} merged, ${unchanged} unchanged, ${leftOut.length} left out.\n`,
      ...leftOut.map(({ document: name, reason }) => `Left out: ${nameText(name)}: ${reason}\n`),
      ...rejected.map(({ document: name, updates }) => `Without ${countText(updates, 'update')} that cannot be applied: ${nameText(name)}\n`),
    ].join('')
    return { result, text, ending: leftOut.length + rejected.length > 0 ? 'partly' : 'ok' }
  },
}

function kindOf(text: string): ImportKind {
  const kind = KINDS.find((candidate) => candidate === text)
  if (kind === undefined) throw new OperationError('usage', `'${text}' cannot be imported; what can is ${KINDS.join(', ')}.`)
  return kind
}
