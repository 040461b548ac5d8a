/**
 * The command line run inside the test process, and data directories to run it on.
 *
 * Owns: capturing what it prints. Does not own: commands.
 * Always holds: what a person would read and what a script would read are told apart; directories go with the test.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LevelStorage } from '@cowrite/persistence'
import { COMMANDS, runCommand } from '@cowrite/server'
import * as encoding from 'lib0/encoding'
import { onTestFinished } from 'vitest'

export interface CommandRun {
  readonly code: number
  readonly out: string
  readonly bytes: Buffer
  readonly err: string
}

/** `cowrite <words>` */
export async function cowrite(...words: string[]): Promise<CommandRun> {
  const out: Uint8Array[] = []
  let err = ''
  const code = await runCommand(words, COMMANDS, {}, {
    out: async (text) => void out.push(typeof text === 'string' ? Buffer.from(text) : text),
    err: async (text) => void (err += text),
  })
  const bytes = Buffer.concat(out)
  return { code, out: bytes.toString(), bytes, err }
}

/** `cowrite <words> --json`, read as a script reads it. */
export async function cowriteJson(...words: string[]): Promise<{ code: number; result: Record<string, unknown> }> {
  const { code, out, err } = await cowrite(...words, '--json')
  if (err !== '') throw new Error(`with --json nothing goes to standard error: ${err}`)
  return { code, result: JSON.parse(out) as Record<string, unknown> }
}

/** A new folder that goes with the test. */
export async function newFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'cowrite-tools-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export const openData = (data: string): Promise<LevelStorage> => LevelStorage.open(data, { durability: 'fsync', history: 'keep' })

/** Runs `work` on the storage of a data directory that no server has open. */
export async function onData<T>(data: string, work: (storage: LevelStorage) => Promise<T>): Promise<T> {
  const storage = await openData(data)
  try {
    return await work(storage)
  } finally {
    await storage.close()
  }
}

/** Everything that `load` gives of every document, by name, as a digest: comparing is quick. */
export async function everythingIn(storage: LevelStorage): Promise<Record<string, string>> {
  const names = await storage.list({ limit: 1_000_000 })
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, digestOf(await storage.load(name))] as const)))
}

/** Not by node:v8: it writes one number in several ways. */
const digestOf = (value: unknown): string =>
  createHash('sha1').update(JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? Buffer.from(part).toString('base64') : part)) ?? '').digest('hex')

/** One update in which this client writes this text into the empty root type `text`; byte for byte what Yjs writes. */
export const textUpdate = (text: string, client = 1): Uint8Array =>
  encoding.encode((encoder) => {
    // One client with one struct, at clock 0: a string (4) below a root type (1); nothing deleted.
    for (const number of [1, 1, client, 0]) encoding.writeVarUint(encoder, number)
    encoding.writeUint8(encoder, 4)
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarString(encoder, 'text')
    encoding.writeVarString(encoder, text)
    encoding.writeVarUint(encoder, 0)
  })

/** Documents of one update each: as many texts of about so many bytes. */
export async function fill(storage: LevelStorage, count: number, bytes = 20): Promise<void> {
  for (let from = 0; from < count; from += 500) {
    const entries = Array.from({ length: Math.min(500, count - from) }, (_, i) => ({
      name: `document ${from + i}`, update: textUpdate('x'.repeat(bytes) + String(from + i), from + i + 1), time: from + i,
    }))
    await storage.append(entries)
  }
}

/** One document with a long log. */
export async function fillLog(storage: LevelStorage, count: number): Promise<void> {
  const portion = 5_000
  for (let from = 0; from < count; from += portion) {
    await storage.append(Array.from({ length: Math.min(portion, count - from) }, (_, i) => ({
      name: 'long', update: textUpdate(`text ${from + i}`, from + i + 1), time: from + i,
    })))
  }
}
