/**
 * A long editing session as a list of Yjs updates: the recorded one, or one made up in its shape.
 *
 * Owns: finding the recording, turning a session into updates once, and keeping them in a file for the
 * other measurements of the run.
 * Does not own: sending them (stream.ts).
 * Always holds: the recording is no part of the repository: it is looked for in COWRITE_TRACES, then in
 * ../shared/data beside the repository; the results say which of the two was used.
 *
 * Format of the recordings: https://github.com/josephg/editing-traces
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import * as prng from 'lib0/prng'
import * as Y from 'yjs'
import { tokenOf } from './tokens.js'
import { clientIdOf, TEXT_NAME } from './typist.js'

export interface Trace {
  /** One update for each edit; the last one types the token of edit 0. */
  readonly updates: readonly Uint8Array[]
  /** The document without history, as `Y.encodeStateAsUpdate` gives it after garbage collection. */
  readonly state: Uint8Array
  /** State vector after all edits, and after 99 % of them. */
  readonly vector: Uint8Array
  readonly earlierVector: Uint8Array
  readonly characters: number
}

type Patch = readonly [position: number, deleted: number, inserted: string]

const RECORDING = 'automerge-paper.json.gz'

function recording(): string | undefined {
  const directories = [process.env['COWRITE_TRACES'], fileURLToPath(new URL('../../../../shared/data', import.meta.url))]
  return directories.filter((directory) => directory !== undefined).map((directory) => join(directory, RECORDING)).find(existsSync)
}

/** For the results. */
export const traceSource = (): string =>
  recording() === undefined ? 'a generated session in place of the recording automerge-paper' : 'the recording automerge-paper'

/** The first so many edits; where the recording is shorter, a generated session. */
function patches(edits: number): Patch[] {
  const path = recording()
  if (path !== undefined) {
    const { txns } = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as { txns: { patches: Patch[] }[] }
    const all = txns.flatMap((txn) => txn.patches)
    if (all.length >= edits) return all.slice(0, edits)
  }
  return generated(edits)
}

/** Runs of typing, a quarter of corrections, now and then a jump. */
function generated(edits: number): Patch[] {
  const random = prng.create(1)
  let cursor = 0
  let length = 0
  return Array.from({ length: edits }, (): Patch => {
    if (prng.real53(random) < 0.02) cursor = Math.max(0, Math.min(length, cursor + prng.int32(random, -400, 400)))
    if (cursor > 0 && prng.real53(random) < 0.28) {
      length--
      return [--cursor, 1, '']
    }
    length++
    return [cursor++, 0, 'etaoin shrdlu'[prng.int32(random, 0, 12)] ?? ' ']
  })
}

function record(edits: number): Trace {
  const doc = new Y.Doc()
  doc.clientID = clientIdOf(0)
  const text = doc.getText(TEXT_NAME)
  const updates: Uint8Array[] = []
  let earlierVector = new Uint8Array([0])
  doc.on('update', (update: Uint8Array) => updates.push(update))
  const all = patches(edits)
  for (const [index, [position, deleted, inserted]] of all.entries()) {
    doc.transact(() => {
      if (deleted > 0) text.delete(position, deleted)
      if (inserted !== '') text.insert(position, inserted)
    })
    if (index === Math.floor(all.length * 0.99)) earlierVector = Uint8Array.from(Y.encodeStateVector(doc))
  }
  text.insert(text.length, tokenOf(0))
  return { updates, state: Y.encodeStateAsUpdate(doc), vector: Y.encodeStateVector(doc), earlierVector, characters: text.length }
}

/** The session of so many edits; made once in a run of the suite. */
export function readTrace(shared: string, edits: number): Trace {
  const path = join(shared, `trace-${edits}`)
  if (existsSync(path)) return unpack(readFileSync(path))
  const trace = record(edits)
  writeFileSync(`${path}.new`, pack(trace))
  renameSync(`${path}.new`, path)
  return trace
}

/** Each part behind its length in 4 bytes; the number of characters as the first part. */
function pack({ updates, state, vector, earlierVector, characters }: Trace): Buffer {
  const parts = [Buffer.from(String(characters)), state, vector, earlierVector, ...updates]
  return Buffer.concat(parts.flatMap((part) => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(part.length)
    return [length, part]
  }))
}

function unpack(bytes: Buffer): Trace {
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt32LE(at)
    parts.push(bytes.subarray(at + 4, end))
    at = end
  }
  const [characters, state, vector, earlierVector, ...updates] = parts
  if (!characters || !state || !vector || !earlierVector) throw new Error('the kept session is damaged')
  return { updates, state, vector, earlierVector, characters: Number(Buffer.from(characters).toString()) }
}
