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

/** Not open yet. */
export const makeDatabase = (directory: string): Database =>
  new ClassicLevel(directory, { keyEncoding: 'view', valueEncoding: 'view' })
