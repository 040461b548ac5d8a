/**
 * Operations that need the records of a LevelDB data directory.
 *
 * Owns: refusing them for any other storage.
 */
import { LevelStorage, type Storage } from '@cowrite/persistence'
import { OperationError } from './operation.js'

/** @throws OperationError when the documents are kept elsewhere. */
export function levelStorageOf(storage: Storage): LevelStorage {
  if (storage instanceof LevelStorage) return storage
  throw new OperationError('failed', 'This works on a data directory only; these documents are kept elsewhere.')
}
