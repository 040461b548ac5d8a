/**
 * `stats`: how much there is, on disk and in use.
 *
 * Owns: which figures. Does not own: counting records (persistence).
 * Always holds: reads only, and no document's content.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { countRecords } from '@cowrite/persistence'
import { operation } from './operation.js'
import { levelStorageOf } from './level-only.js'

export interface Stats {
  readonly documents: number
  /** Deleted ones that can still be brought back. */
  readonly deleted: number
  /** Log records. */
  readonly updates: number
  readonly snapshots: number
  readonly quarantined: number
  /** Bytes of the files in the data directory. */
  readonly bytes: number
  /** Of the running server; absent when none runs. */
  readonly server?: {
    readonly openDocuments: number
    readonly connections: number
    readonly unsavedBytes: number
    readonly snapshotBytesInMemory: number
  }
}

export const stats = operation({}, async ({ storage, rooms, data, live, signal }, _args, onProgress): Promise<Stats> => {
  const counts = await countRecords(levelStorageOf(storage), { onProgress, signal })
  const figures = { ...counts, bytes: await bytesIn(data) }
  if (!live) return figures
  const server = {
    openDocuments: rooms.size,
    connections: live.connections(),
    unsavedBytes: live.unsavedBytes(),
    snapshotBytesInMemory: rooms.snapshotBytes,
  }
  return { ...figures, server }
})

async function bytesIn(directory: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(directory)) {
    // LevelDB may have removed it meanwhile.
    const found = await stat(join(directory, entry)).catch(() => undefined)
    if (found?.isFile()) bytes += found.size
  }
  return bytes
}
