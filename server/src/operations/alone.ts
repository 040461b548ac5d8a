/**
 * A data directory that no server has open, made ready for operations.
 *
 * Owns: putting together the parts of a server that operations need, and taking them apart.
 * Always holds: the same rooms and the same committer as in a server do the work; when this is done everything is on
 * disk, or it throws.
 */
import { join } from 'node:path'
import { Compactor, DirectoryFiles, FILES_FOLDER, LevelStorage, type LogEntry, StorageError } from '@cowrite/persistence'
import { systemClock } from '../clock.js'
import { Committer } from '../committer.js'
import type { Settings } from '../config.js'
import { makeLog } from '../log.js'
import { PictureRemoval } from '../picture-removal.js'
import { Rooms } from '../rooms.js'
import { type OperationContext, OperationError } from './operation.js'

export async function withDataDirectory<T>(settings: Settings, work: (context: OperationContext) => Promise<T>): Promise<T> {
  const storage = await open(settings)
  const log = makeLog('silent')
  const clock = systemClock
  const compactor = new Compactor()
  let fail: (error: unknown) => void = () => {}
  const failure = new Promise<never>((_, reject) => (fail = reject))
  // A server tries again until the disk works; who waits at a terminal is told instead.
  const append = (entries: readonly LogEntry[]): Promise<number[]> =>
    storage.append(entries).catch((error: unknown) => {
      if (error instanceof StorageError && error.code === 'io') fail(error)
      throw error
    })
  const committer = new Committer({ ...settings, storage: { append }, clock, log })
  const files = new DirectoryFiles(join(settings.data, FILES_FOLDER))
  const pictures = new PictureRemoval({ storage, files, log })
  const rooms = new Rooms({ ...settings, storage, committer, compactor, clock, log, pictures })
  try {
    const { signal } = new AbortController()
    const done = work({ storage, rooms, pictures, files, compactor, data: settings.data, live: undefined, signal })
    const result = await Promise.race([done, failure])
    await Promise.race([committer.flush(), failure])
    return result
  } finally {
    await compactor.close()
    await rooms.stop()
    await storage.close()
  }
}

async function open({ data, history, restorePoints }: Settings): Promise<LevelStorage> {
  try {
    return await LevelStorage.open(data, { durability: 'fsync', history, restorePoints })
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'locked') throw error
    const message = `${data} is open in another process that offers no operator's socket: an older server, or another command. Wait for it, or stop it.`
    throw new OperationError('busy', message, { cause: error })
  }
}
