/**
 * Documents as other programs keep them.
 *
 * Owns: reading them out, one after the other, and saying which cannot be read.
 * Does not own: judging and storing the updates (server/src/operations/import.ts).
 * Always holds: nothing is written into what is read; one document at a time is in memory.
 */
import { constants, existsSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as decoding from 'lib0/decoding'
import { type Database, openDatabase } from './level-engine.js'
import { OperatorError } from './operator-error.js'

/** One document of another program: its updates in order, or why it cannot be read. */
export type SourceDocument =
  | { readonly name: string; readonly updates: readonly Uint8Array[] }
  | { readonly name: string; readonly problem: string }

/** @throws OperatorError `not-found`, `unusable` */
export async function* readYjsFile(path: string, name: string): AsyncGenerator<SourceDocument> {
  yield { name, updates: [await readFile(await existing(path))] }
}

/**
 * What `y-leveldb` (and with it `y-websocket` up to version 2) keeps.
 * Its keys are lists: for each entry 0 and a string with its length, or 1 and a u32, big-endian. A document's updates
 * stand under ['v1', name, 'update', clock]. LevelDB's lock is taken, so a server that still runs on it is found.
 * @throws OperatorError `not-found`, `unusable`
 */
export async function* readYLevel(directory: string): AsyncGenerator<SourceDocument> {
  await existing(join(directory, 'CURRENT'))
  let database: Database
  try {
    database = await openDatabase(directory, { createIfMissing: false })
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const isLocked = (cause as { code?: string }).code === 'LEVEL_LOCKED'
    const what = isLocked ? 'is open in another process. Stop the server that uses it' : `cannot be opened as a LevelDB database (${String(cause)})`
    throw new OperatorError('unusable', `${directory} ${what}.`, { cause })
  }
  try {
    let current: { name: string; updates: Uint8Array[] } | undefined
    for await (const [key, value] of database.iterator()) {
      const name = nameOfUpdateKey(key)
      if (name === undefined) continue
      if (current?.name !== name) {
        if (current) yield current
        current = { name, updates: [] }
      }
      current.updates.push(value)
    }
    if (current) yield current
  } finally {
    await database.close()
  }
}

/** undefined for every other key. */
function nameOfUpdateKey(key: Uint8Array): string | undefined {
  const parts: (string | number)[] = []
  const decoder = decoding.createDecoder(key)
  try {
    while (decoding.hasContent(decoder)) parts.push(decoding.readUint8(decoder) === 0 ? decoding.readVarString(decoder) : decoding.readUint32BigEndian(decoder))
  } catch {
    return undefined
  }
  const [version, name, kind, clock] = parts
  return version === 'v1' && typeof name === 'string' && kind === 'update' && typeof clock === 'number' ? name : undefined
}

/**
 * What Hocuspocus' SQLite extension keeps: one row for each document, `name` and the whole document as an update.
 * Read by SQLite compiled to WebAssembly, since Node has an SQLite of its own only from 22.5.
 * @throws OperatorError `not-found`, `unusable`
 */
export async function* readHocuspocusSqlite(path: string): AsyncGenerator<SourceDocument> {
  await existing(path)
  // Loaded when it is needed: it is a megabyte that nobody else needs.
  const { default: sqlite } = await import('node-sqlite3-wasm')
  const unusable = (cause: unknown): OperatorError => {
    const text = cause instanceof Error ? cause.message : String(cause)
    const advice = "Is it the database of Hocuspocus' SQLite extension, and its server stopped? A database in WAL mode must be switched back first: PRAGMA journal_mode=DELETE."
    return new OperatorError('unusable', `${path} cannot be read (${text}). ${advice}`, { cause })
  }
  const work = await mkdtemp(join(tmpdir(), 'cowrite-import-'))
  let database: InstanceType<typeof sqlite.Database> | undefined
  try {
    database = new sqlite.Database(await copyInto(work, path), { fileMustExist: true })
    const rows = database.prepare('SELECT "name", "data" FROM "documents" ORDER BY "name"')
    try {
      for (const { name, data } of rows.iterate()) {
        if (typeof name !== 'string') continue
        yield data instanceof Uint8Array ? { name, updates: [data] } : { name, problem: 'its data is no blob' }
      }
    } finally {
      rows.finalize()
    }
  } catch (error) {
    throw error instanceof sqlite.SQLite3Error ? unusable(error) : error
  } finally {
    database?.close()
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * A copy to read from. This SQLite locks by a directory beside the database, which an import that was killed would
 * leave there, and its place may not be writable; what a crash left half done is undone in the copy.
 */
async function copyInto(work: string, path: string): Promise<string> {
  const copy = join(work, 'database')
  await copyFile(path, copy, constants.COPYFILE_FICLONE)
  if (existsSync(`${path}-journal`)) await copyFile(`${path}-journal`, `${copy}-journal`)
  return copy
}

async function existing(path: string): Promise<string> {
  try {
    await stat(path)
    return path
  } catch (cause) {
    throw new OperatorError('not-found', `There is nothing at ${path} that could be imported.`, { cause })
  }
}
