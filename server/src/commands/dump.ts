/** `cowrite dump` for people, and for other programs. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type DumpFormat, writeDurably } from '@cowrite/persistence'
import { OperationError } from '../operations/operation.js'
import type { Command } from './command.js'
import { bytesText } from './words.js'

const FORMATS = ['json', 'text', 'yjs'] as const

export const dump: Command = {
  name: 'dump',
  arguments: ['<doc>'],
  summary: 'print a document as JSON, text or a Yjs update',
  details: [
    'json: an object with every root type of the document, text as a string, maps and arrays as they are, XML ' +
      'fragments as ProseMirror JSON, bytes in base64; a root type in which nothing is left is null. text: what a reader ' +
      "would see. yjs: one Yjs update (version 1) of the whole document, as 'cowrite import yjs' takes it.",
  ],
  flags: {
    format: { type: 'string', value: 'FORMAT', help: 'json (default), text or yjs' },
    out: { type: 'string', value: 'FILE', help: 'write it there, whole or not at all' },
    force: { type: 'boolean', help: 'even when FILE is there' },
  },
  where: 'either',
  run: async ({ positionals: [document = ''], values, operate }) => {
    const format = formatOf(values['format'])
    const out = typeof values['out'] === 'string' ? resolve(values['out']) : undefined
    if (out !== undefined && values['force'] !== true && existsSync(out)) throw new OperationError('exists', `${out} is there. --force writes over it.`)
    const { content } = await operate('dump', { document, format })
    const bytes = Buffer.from(content, format === 'yjs' ? 'base64' : 'utf8')
    if (out === undefined) {
      const result = { document, format, content: format === 'json' ? (JSON.parse(content) as unknown) : content }
      return { result, text: format === 'text' && content !== '' ? `${content}\n` : bytes }
    }
    await writeDurably(out, bytes)
    return { result: { document, format, file: out, bytes: bytes.length }, text: `${bytesText(bytes.length)} written to ${out}.\n` }
  },
}

function formatOf(value: string | boolean | undefined): DumpFormat {
  const format = FORMATS.find((candidate) => candidate === (value ?? 'json'))
  if (format === undefined) throw new OperationError('usage', `--format is '${String(value)}'; it must be one of ${FORMATS.join(', ')}.`)
  return format
}
