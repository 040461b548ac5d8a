/**
 * Pictures and other files from one place to another: into a backup, out of it, beside a repaired database.
 *
 * Owns: what is copied. Does not own: the layout and writing durably (directory-files.ts).
 * Always holds: what is there already is not written again, since a file's name is the hash of its content; a file whose
 * content is no longer what its name says is counted, and nothing is ever removed.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DirectoryFiles } from './directory-files.js'
import { type Files, isFileHash } from './files.js'

/** Where a data directory keeps them. LevelDB looks at no name that is not its own. */
export const FILES_FOLDER = 'files'
/** Where a backup does. */
export const BACKUP_FILES_FOLDER = 'cowrite-files'

export interface CopiedFiles {
  /** Files that were not there before. */
  readonly copied: number
  /** Files whose content is not what was kept. */
  readonly damaged: number
}

export async function copyFiles(from: string, to: string, signal?: AbortSignal): Promise<CopiedFiles> {
  const [source, target] = [new DirectoryFiles(from), new DirectoryFiles(to)]
  const count = { copied: 0, damaged: 0 }
  for (const folder of await namesIn(from)) {
    for (const hash of (await namesIn(join(from, folder))).filter(isFileHash)) {
      signal?.throwIfAborted()
      const found = (await target.has(hash)) ? undefined : await source.get(hash)
      if (found === undefined) continue
      const stored = await target.put(found.content as AsyncIterable<Uint8Array>)
      if (stored.hash === hash) count.copied++
      else count.damaged++
    }
  }
  return count
}

/**
 * Brings those of these files that are in a backup and not in `to`. @returns how many
 * @throws StorageError `io`
 */
export async function bringBackFiles(backup: string, hashes: Iterable<string>, to: Files): Promise<number> {
  const source = new DirectoryFiles(join(backup, BACKUP_FILES_FOLDER))
  let brought = 0
  for (const hash of hashes) {
    const found = (await to.has(hash)) ? undefined : await source.get(hash)
    if (found === undefined) continue
    await to.put(found.content)
    brought++
  }
  return brought
}

/** None where there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}
