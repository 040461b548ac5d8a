/**
 * Having a data directory to oneself without opening it.
 *
 * Owns: taking and giving back LevelDB's lock on a directory. Does not own: what is done meanwhile.
 * Always holds: while `work` runs, no server has the directory open, and none can open it.
 *
 * LevelDB locks its file LOCK by itself, and only by opening the database, which changes it. Node cannot
 * take such a lock. So LevelDB is given another, empty database whose LOCK is a hard link to that very file.
 */
import { link, mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Database, openDatabase } from './level-engine.js'
import { StorageError } from './storage.js'

const PREFIX = 'COWRITE-LOCK-'

/** Directories that this process has open: the system's lock does not keep a process from itself. */
const open = new Set<string>()

export async function markOpen(directory: string): Promise<() => void> {
  const path = await realpath(directory)
  open.add(path)
  return () => void open.delete(path)
}

/** @throws StorageError `locked` when this or another process has it open; what `work` throws. */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const path = await realpath(directory)
  if (open.has(path)) throw locked(directory)
  const place = await makePlace(path)
  // Nothing to lock, or nowhere to put the link: on a disk that cannot be written no server is running.
  if (place === undefined) return work()
  let database: Database | undefined
  try {
    database = await openDatabase(place)
    await clearOthers(path, place)
    return await work()
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    throw database === undefined && cause?.code === 'LEVEL_LOCKED' ? locked(directory) : error
  } finally {
    await database?.close()
    await rm(place, { recursive: true, force: true })
  }
}

async function makePlace(directory: string): Promise<string | undefined> {
  const file = join(directory, 'LOCK')
  if ((await stat(file).catch(() => undefined)) === undefined) return undefined
  let place: string
  try {
    place = await mkdtemp(join(directory, PREFIX))
  } catch {
    return undefined
  }
  try {
    await link(file, join(place, 'LOCK'))
    return place
  } catch {
    await rm(place, { recursive: true, force: true })
    return undefined
  }
}

/** Left behind by processes that were killed: with the lock in hand, none of them is in use. */
async function clearOthers(directory: string, place: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const other = join(directory, name)
    if (name.startsWith(PREFIX) && other !== place) await rm(other, { recursive: true, force: true })
  }
}

const locked = (directory: string): StorageError =>
  new StorageError('locked', `${directory} is open in another process. Stop that server first, or choose another directory.`)
