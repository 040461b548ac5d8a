/**
 * What somebody is given who opens a document now: the proof that nothing was lost.
 *
 * Owns: joining with a real Y.Doc. Always holds: the text is what Yjs makes of the first step 2 alone.
 */
import * as decoding from 'lib0/decoding'
import * as Y from 'yjs'
import type { ServerName } from '../scenario.js'
import { Client } from './client.js'
import { dialectOf, STEP_2, SYNC } from './dialect.js'
import { TEXT_NAME } from './typist.js'

const JOIN_LIMIT_MS = 60_000

/** The text of this document for a newcomer. @throws Error when the server gives none within a minute */
export async function newcomersText(server: ServerName, port: number, document: string): Promise<string> {
  const doc = new Y.Doc()
  let update: Uint8Array | undefined
  const client: Client = new Client({
    port, document, dialect: dialectOf(server),
    collect: (message) => (update ??= step2Of(message, client.envelope.length)),
  })
  const timer = setTimeout(() => client.close(), JOIN_LIMIT_MS)
  try {
    await client.whenSynced
  } finally {
    clearTimeout(timer)
  }
  if (update === undefined) throw new Error('no step 2')
  Y.applyUpdate(doc, update)
  client.close()
  return doc.getText(TEXT_NAME).toJSON()
}

function step2Of(message: Buffer, envelopeLength: number): Uint8Array | undefined {
  const decoder = decoding.createDecoder(message.subarray(envelopeLength))
  if (decoding.readVarUint(decoder) !== SYNC || decoding.readVarUint(decoder) !== STEP_2) return undefined
  return decoding.readVarUint8Array(decoder).slice()
}
