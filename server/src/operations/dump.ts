/**
 * `dump`: one document in a form that people and other programs read.
 *
 * Always holds: what is on disk is dumped; reading it into a Y.Doc happens in a thread.
 */
import { type DumpFormat, dumpInThread } from '@cowrite/persistence'
import { oneOf, operation, text } from './operation.js'
import { loadPresent } from './standing.js'

export interface Dump {
  readonly document: string
  readonly format: DumpFormat
  /** The JSON or plain text; for `yjs` the update in base64. */
  readonly content: string
}

export const dump = operation(
  { document: text, format: oneOf('json', 'text', 'yjs') },
  async ({ storage, signal }, { document, format }): Promise<Dump> => {
    const bytes = Buffer.from(await dumpInThread(await loadPresent(storage, document), format, signal))
    return { document, format, content: bytes.toString(format === 'yjs' ? 'base64' : 'utf8') }
  },
)
