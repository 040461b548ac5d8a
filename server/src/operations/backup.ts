/**
 * `backup`: one more part of a backup directory.
 *
 * Always holds: one backup at a time into a directory; the others are refused, not queued.
 */
import { join, resolve } from 'node:path'
import { backup as backUp, type BackupReport, FILES_FOLDER } from '@cowrite/persistence'
import { levelStorageOf } from './level-only.js'
import { flag, operation, OperationError, text } from './operation.js'

const underWay = new Set<string>()

export const backup = operation(
  { directory: text, full: flag },
  async ({ storage, data, signal }, args, onProgress): Promise<BackupReport> => {
    const directory = resolve(args.directory)
    if (underWay.has(directory)) throw new OperationError('busy', `A backup into ${directory} is under way.`)
    underWay.add(directory)
    try {
      return await backUp(levelStorageOf(storage), directory, { full: args.full, files: join(data, FILES_FOLDER), onProgress, signal })
    } finally {
      underWay.delete(directory)
    }
  },
)
