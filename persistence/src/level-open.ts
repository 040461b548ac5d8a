/**
 * Opening a LevelDB directory without ever making an empty database where one was.
 *
 * Owns: the guards at the door of a data directory, its format record.
 * Does not own: what is stored, or what happens after a failed write (level-handle.ts).
 * Always holds: files are created only in a directory that was missing or empty; whatever cannot be
 * opened safely is refused with a StorageError that says what to do, and left as it is.
 *
 * Why the care: with its default `createIfMissing`, LevelDB answers a lost CURRENT file with a new,
 * empty database and deletes the tables of the old one.
 */
import { randomUUID } from 'node:crypto'
import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { syncDirectory } from './directory-names.js'
import { FORMAT_KEY } from './keys.js'
import { type Database, openDatabase } from './level-engine.js'
import { makeDirectory } from './level-files.js'
import { damaged, guardDirectory } from './level-guard.js'
import type { MendedFile } from './level-mend.js'
import { finishPlacing, isAside } from './placing.js'
import { DamagedRecord, FORMAT_VERSION, type Format, openFormat, sealFormat } from './records.js'
import { StorageError } from './storage.js'

/**
 * A file that is there only while a database is being created. A crash in between leaves it
 * behind, and tells the next start that what looks half made never held a document.
 */
const CREATION_MARK = 'COWRITE-CREATING'

/** Unsaved changes that a stop left; no sign of a database. */
const SPILL = /^cowrite-spill-/

/** A log that holds no more than the format record is shorter than this. */
const CREATION_LOG_BYTES = 100

type Standing = 'new' | 'half-made' | 'existing'

export interface OpenedLevel {
  readonly database: Database
  readonly format: Format
  /** Damaged files that were mended first. */
  readonly mended: readonly MendedFile[]
}

/** @throws StorageError `not-writable`, `locked`, `damaged`, `newer-format` or `io`; then nothing is held open. */
export async function openLevel(directory: string, isReopening = false): Promise<OpenedLevel> {
  const entries = await readDirectory(directory)
  const standing = standingOf(directory, entries)
  const mark = join(directory, CREATION_MARK)
  try {
    if (standing === 'new') {
      await writeFile(mark, 'A database is being created here.\n')
      // A power cut may keep LevelDB's files only if it keeps the mark.
      await syncDirectory(directory)
    } else if (standing === 'half-made') await clearHalfMade(directory, entries)
  } catch (error) {
    throw notWritable(directory, error)
  }
  // A database that was never finished has no tables yet: where there are some, CURRENT must be there too.
  const createIfMissing = standing !== 'existing' && !entries.some((entry) => entry.endsWith('.ldb'))
  let database: Database
  let mended: readonly MendedFile[] = []
  try {
    if (standing === 'existing') mended = await guardDirectory(directory, isReopening)
    database = await openDatabase(directory, { createIfMissing })
  } catch (error) {
    throw error instanceof StorageError ? error : refusalOf(directory, error)
  }
  try {
    const format = await readFormat(directory, database, standing)
    if (standing !== 'existing') {
      await syncDirectory(directory)
      await rm(mark, { force: true })
      await syncDirectory(directory)
      await syncDirectory(dirname(resolve(directory)))
    }
    return { database, format, mended }
  } catch (error) {
    await database.close()
    throw error instanceof StorageError ? error : refusalOf(directory, error)
  }
}

async function readDirectory(directory: string): Promise<string[]> {
  try {
    await makeDirectory(resolve(directory))
    await finishPlacing(directory)
    return (await readdir(directory)).filter((entry) => !isAside(entry) && !SPILL.test(entry))
  } catch (error) {
    throw notWritable(directory, error)
  }
}

/**
 * What a creation writes before its first synced write, a power cut may leave in any state, and LevelDB refuses
 * to open most of them. No document was ever there, so LevelDB begins anew: unless, in spite of the
 * mark, something is there that no creation writes.
 */
async function clearHalfMade(directory: string, entries: readonly string[]): Promise<void> {
  const isTable = (entry: string): boolean => entry.endsWith('.ldb')
  const isLog = (entry: string): boolean => entry.endsWith('.log')
  if (entries.some(isTable)) return
  for (const log of entries.filter(isLog)) if ((await stat(join(directory, log))).size > CREATION_LOG_BYTES) return
  const isOfLevel = (entry: string): boolean => isLog(entry) || /^(CURRENT|MANIFEST-\d+|\d+\.dbtmp)$/.test(entry)
  for (const entry of entries.filter(isOfLevel)) await rm(join(directory, entry))
  await syncDirectory(directory)
}

function standingOf(directory: string, entries: readonly string[]): Standing {
  if (entries.length === 0) return 'new'
  if (entries.includes(CREATION_MARK)) return 'half-made'
  if (entries.includes('CURRENT')) return 'existing'
  if (entries.some((entry) => /^\d+\.(ldb|log)$|^MANIFEST-/.test(entry))) {
    throw damaged(directory, 'Its file CURRENT is missing.')
  }
  throw new StorageError(
    'damaged',
    `${directory} is neither empty nor a data directory. Choose an empty directory, or, if documents were kept here, ` +
      'restore it from a backup. Nothing was changed.',
  )
}

async function readFormat(directory: string, database: Database, standing: Standing): Promise<Format> {
  const value = await database.get(FORMAT_KEY)
  if (value === undefined) {
    if (standing !== 'existing' && (await database.keys({ limit: 1 }).all()).length === 0) return writeFormat(database)
    throw new StorageError(
      'damaged',
      `${directory} holds a LevelDB database without Cowrite's format record: it is another program's, ` +
        'or it lost records. Choose another directory, or restore this one from a backup.',
    )
  }
  let format: Format
  try {
    format = openFormat(FORMAT_KEY, value)
  } catch (error) {
    if (!(error instanceof DamagedRecord)) throw error
    throw damaged(directory, 'Its format record is damaged.', error)
  }
  // What an older program wrote is read as it is; from here on there may be records that it does not know.
  if (format.version < FORMAT_VERSION) return writeFormat(database, format.id)
  if (format.version > FORMAT_VERSION) {
    throw new StorageError(
      'newer-format',
      `${directory} was written in format ${format.version}; this program knows formats up to ${FORMAT_VERSION}. ` +
        'Start the newer version of the program, or restore a backup made by this one.',
    )
  }
  return format
}

async function writeFormat(database: Database, id: string = randomUUID()): Promise<Format> {
  const format = { version: FORMAT_VERSION, id }
  await database.put(FORMAT_KEY, sealFormat(FORMAT_KEY, format), { sync: true })
  return format
}

const notWritable = (directory: string, cause: unknown): StorageError =>
  new StorageError(
    'not-writable',
    `${directory} cannot be created or written (${messageOf(cause)}). ` +
      'Give the user that runs the server the right to write there, or choose another directory.',
    { cause },
  )

/** classic-level tells locked, corruption and input/output apart by code; what the system said stands in the text. */
function refusalOf(directory: string, error: unknown): StorageError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = (cause as { code?: string }).code
  if (code === 'LEVEL_LOCKED') {
    return new StorageError(
      'locked',
      `${directory} is open in another process. Stop that server first, or choose another directory.`,
      { cause },
    )
  }
  const message = messageOf(cause)
  if (/permission denied|read-only|no space|quota|EACCES|EPERM|EROFS|ENOSPC/i.test(message)) {
    return notWritable(directory, cause)
  }
  // A file that is named elsewhere but missing comes as an input/output error, too.
  if (code === 'LEVEL_IO_ERROR' && !/no such file/i.test(message)) {
    return new StorageError('io', `${directory} could not be opened (${message}). Check the disk and try again.`, {
      cause,
    })
  }
  return damaged(directory, `LevelDB does not open it (${message}).`, cause)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
