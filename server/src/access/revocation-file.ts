/**
 * Revocations in a file of the data directory, so that a restart does not forget them.
 *
 * Owns: the file `revocations.json`. Does not own: how long they are remembered (revocations.ts).
 * Always holds: the file is replaced whole and synced, so that a crash leaves the old or the new one; one that
 * cannot be read stops the start: nobody may come back in by damage. It is no part of a backup, and a restore leaves
 * it in its place: what was taken back stays so, whatever state the documents go back to.
 */
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { isRole } from '@cowrite/protocol'
import { SettingError } from '../config.js'
import type { Revocation, RevocationRecords } from './revocations.js'

export const REVOCATIONS_FILE = 'revocations.json'

export function revocationFile(directory: string): RevocationRecords {
  const path = join(directory, REVOCATIONS_FILE)
  let all: readonly Revocation[] = []
  /** Writes follow each other: each replaces the whole file. */
  let writing: Promise<void> = Promise.resolve()
  const save = (next: readonly Revocation[]): Promise<void> => {
    all = next
    const written = writing.then(() => replace(directory, path, JSON.stringify(all)))
    writing = written.catch(() => {})
    return written
  }
  const isOther = (one: Revocation) => (kept: Revocation): boolean => kept.document !== one.document || kept.user !== one.user
  return {
    load: async () => [...(all = await read(path))],
    keep: (revocation) => save([...all.filter(isOther(revocation)), revocation]),
    forget: (revocation) => save(all.filter(isOther(revocation))),
  }
}

async function read(path: string): Promise<Revocation[]> {
  try {
    const records: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!Array.isArray(records) || !records.every(isRevocation)) throw new Error('not a list of revocations')
    return records
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new SettingError(`${path}, which holds the rights that were taken back, cannot be read. Repair it; or delete it, if none were taken back since the oldest token was issued.`)
  }
}

function isRevocation(value: unknown): value is Revocation {
  const { document, user, role, at } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  return (document === undefined || typeof document === 'string') && typeof user === 'string' && isRole(role) && typeof at === 'number'
}

async function replace(directory: string, path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  // Windows knows no such thing as opening a directory.
  const folder = await open(directory, 'r').catch(() => undefined)
  await folder?.sync().finally(() => folder.close())
}
