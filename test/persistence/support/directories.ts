/**
 * Data directories for tests.
 *
 * Owns: making them and taking them away. Does not own: what is put in.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A new, empty directory; the caller removes it. */
export const makeDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'cowrite-storage-'))

export const removeDirectory = (directory: string): Promise<void> => rm(directory, { recursive: true, force: true })

/** A new, empty directory that goes with the test. */
export async function directoryOfTest(): Promise<string> {
  const directory = await makeDirectory()
  onTestFinished(() => removeDirectory(directory))
  return directory
}
