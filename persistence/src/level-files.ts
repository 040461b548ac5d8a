/**
 * The few things that a file system does differently from what one would expect.
 *
 * Owns: making directories, and replacing a file as one step.
 * Does not own: what stands in the files.
 */
import { existsSync } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncDirectory } from './directory-names.js'

/** Not `recursive: true`: below a directory that answers ENOENT to every new entry, as /proc does, Node tries for ever. */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    // What others of this machine could read here is every document.
    await mkdir(directory, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    const parent = dirname(directory)
    if (code !== 'ENOENT' || existsSync(parent)) throw error
    await makeDirectory(parent)
    await makeDirectory(directory)
  }
}

/** Puts a whole file in the place of another, or of none: whatever happens, one of the two is there. Synced. */
export async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  const half = join(dirname(path), `${basename(path)}.half`)
  const handle = await open(half, 'w')
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(half, path)
  await syncDirectory(dirname(path))
}
