/**
 * `verify`: whether everything in the database is what was written, as of one moment of a running server.
 *
 * Does not own: what is looked at (persistence). Without a server the command reads the files themselves
 * (commands/verify.ts), which finds more.
 */
import { verifyDatabase, type VerifyReport } from '@cowrite/persistence'
import { levelStorageOf } from './level-only.js'
import { operation } from './operation.js'

export const verify = operation({}, ({ storage, signal }, _args, progress): Promise<VerifyReport> =>
  verifyDatabase(levelStorageOf(storage), {
    onProgress: ({ records }) => {
      signal.throwIfAborted()
      progress(records, undefined, 'records')
    },
  }))
