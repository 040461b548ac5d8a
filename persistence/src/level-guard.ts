/**
 * What stands between a data directory that may be damaged and LevelDB.
 *
 * Owns: looking it over, having it mended, refusing what cannot be.
 * Does not own: finding (level-inspect.ts), mending (level-mend.ts), opening (level-open.ts).
 * Always holds: a directory that is refused was not changed; nothing is mended while another process has it open.
 */
import { readCommitNote } from './commit-note.js'
import { type Inspection, inspectDirectory, isSound } from './level-inspect.js'
import { withLock } from './level-lock.js'
import { mend, type MendedFile } from './level-mend.js'
import { StorageError } from './storage.js'

/**
 * @param isReopening the files were looked over before: tables are read again only when LevelDB met damage since.
 * @returns what was mended. @throws StorageError `damaged`, `locked`; the system's errors.
 */
export async function guardDirectory(directory: string, isReopening: boolean): Promise<MendedFile[]> {
  const inspect = async (): Promise<Inspection> =>
    inspectDirectory(directory, await readCommitNote(directory), isReopening)
  try {
    if (isSound(await inspect())) return []
  } catch (error) {
    // Files go away while a server that is running puts them together; the lock will tell.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return withLock(directory, async () => {
    const inspection = await inspect()
    if (inspection.problem !== undefined) throw damaged(directory, inspection.problem)
    if (isSound(inspection)) return []
    const mended = await mend(inspection, await readCommitNote(directory))
    if (mended === undefined) throw damaged(directory, 'Its format record is damaged, or lost with a part of a file.')
    return mended
  })
}

export const damaged = (directory: string, problem: string, cause?: unknown): StorageError =>
  new StorageError(
    'damaged',
    `${directory} is damaged. ${problem} Nothing was changed. Put back what is missing, restore a backup, or save what ` +
      'can be read into a new directory with `cowrite repair`.',
    { cause },
  )
