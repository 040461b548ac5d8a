/**
 * Putting a database that was built beside into the place of a data directory, in steps of which each can be the last.
 *
 * Owns: the names of what is under way, and finishing what was begun.
 * Does not own: building the database (restore.ts, or whoever else makes one).
 * Always holds: before `place` reaches its one turning point the data directory is as it was; after it the
 * new database is what the next opening finds, however often moving the files is interrupted. What stood
 * there before is moved aside and never deleted.
 *
 * All of it happens inside the data directory, since a volume's own directory can neither be renamed nor have siblings.
 */
import { readdir, rename, rm, rmdir, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from './directory-names.js'

/** A new database is being built in here; it counts for nothing. */
const BUILDING = 'COWRITE-BUILDING'
/** It is complete since the time in its name; what was there before is being moved aside. */
const READY = /^COWRITE-READY-(\d{8}T\d{6}Z)$/
/** What was there is aside; the new files are being moved up. */
const MOVING = 'COWRITE-MOVING'
/** What was there before, since the same time. */
const REPLACED = /^replaced-\d{8}T\d{6}Z$/
/** The address of the operator's socket below a data directory. */
export const SOCKET_NAME = 'cowrite.sock'
/** Belongs to the file system (the root of a freshly formatted volume has it) or to the running server. */
const STAYS = new Set(['lost+found', SOCKET_NAME])

/** Entries of a data directory that are neither LevelDB's nor a sign of a database that was there. */
export const isAside = (entry: string): boolean => STAYS.has(entry) || entry === BUILDING || REPLACED.test(entry)

/** Where to build the new database for this data directory. */
export const buildingPlace = (directory: string): string => join(directory, BUILDING)

/** Removes a database that was not built to its end. */
export const clearBuilding = (directory: string): Promise<void> =>
  rm(buildingPlace(directory), { recursive: true, force: true })

/** Makes the database that was built, and closed, the one of this directory. */
export async function place(directory: string): Promise<void> {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  await syncDirectory(buildingPlace(directory))
  await rename(buildingPlace(directory), join(directory, `COWRITE-READY-${time}`))
  await syncDirectory(directory)
  await finishPlacing(directory)
}

/** Goes on where a `place` was interrupted; does nothing otherwise. */
export async function finishPlacing(directory: string): Promise<void> {
  const entries = await readdir(directory)
  const ready = entries.find((entry) => READY.test(entry))
  if (ready !== undefined) await moveAside(directory, ready, entries)
  else if (!entries.includes(MOVING)) return
  const moving = join(directory, MOVING)
  for (const entry of await readdir(moving)) await rename(join(moving, entry), join(directory, entry))
  await syncDirectory(directory)
  await rmdir(moving)
  await syncDirectory(directory)
}

async function moveAside(directory: string, ready: string, entries: readonly string[]): Promise<void> {
  const former = entries.filter((entry) => entry !== ready && !isAside(entry))
  if (former.length > 0) {
    const aside = join(directory, `replaced-${READY.exec(ready)?.[1]}`)
    await mkdir(aside, { recursive: true })
    for (const entry of former) await rename(join(directory, entry), join(aside, entry))
    await syncDirectory(aside)
    await syncDirectory(directory)
  }
  await rename(join(directory, ready), join(directory, MOVING))
  await syncDirectory(directory)
}
