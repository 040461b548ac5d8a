/**
 * LevelDB, as the package `classic-level` brings it.
 *
 * Owns: the only import of that package. Does not own: when and how a directory may be opened (level-open.ts).
 */
import { ClassicLevel } from 'classic-level'

/** A LevelDB database of bytes. */
export type Database = ClassicLevel<Uint8Array, Uint8Array>

/** One moment of it: what is read through this does not see later writes. To be closed after use. */
export type DatabaseMoment = ReturnType<Database['snapshot']>

/**
 * Makes the object and opens it in one step: left alone for a moment it would open by itself, with defaults
 * that create a database where none is. @throws what classic-level throws.
 */
export async function openDatabase(
  directory: string,
  options: { createIfMissing?: boolean; errorIfExists?: boolean } = {},
): Promise<Database> {
  const database: Database = new ClassicLevel(directory, { keyEncoding: 'view', valueEncoding: 'view' })
  await database.open(options)
  return database
}
