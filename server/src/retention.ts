/**
 * After how long a soft deletion becomes one for good.
 *
 * Owns: looking soon after the start and once a day for documents whose time is over, and for pictures of erased ones.
 * Does not own: how a document is erased (deletions.ts).
 * Always holds: what was deleted less than the given days ago, by this machine's clock, stays restorable; one
 * that cannot be erased today keeps no other from it, and is tried again tomorrow.
 */
import type { RemovedDocument } from '@cowrite/persistence'
import type { Clock } from './clock.js'
import type { Log } from './log.js'

export interface RetentionOptions {
  readonly rooms: {
    listRemoved(options: { after?: string; limit: number }): Promise<RemovedDocument[]>
    erase(name: string): Promise<void>
  }
  readonly pictures: { removeUnused(): Promise<number> }
  readonly clock: Clock
  readonly log: Log
  /** Days until a deleted document is erased; 0 keeps it until somebody erases it. */
  readonly deletedKeepDays: number
}

const DAY_MS = 24 * 3600 * 1000
/** The first look comes so long after the start, in milliseconds: it reads every document's head, and those who come back come first. */
const FIRST_LOOK_MS = 60_000
const PAGE = 1_000

/** @returns stops looking, and resolves when an erasure that is under way has ended. */
export function startRetention({ rooms, pictures, clock, log, deletedKeepDays }: RetentionOptions): () => Promise<void> {
  let stopped = false
  let looking: Promise<void> = Promise.resolve()

  const eraseOverdue = async (): Promise<void> => {
    if (deletedKeepDays === 0) return
    const latest = clock.date() - deletedKeepDays * DAY_MS
    for (let after: string | undefined; ; ) {
      const page = await rooms.listRemoved(after === undefined ? { limit: PAGE } : { after, limit: PAGE })
      for (const { name, time, erased } of page) {
        if (stopped) return
        if (erased || time > latest) continue
        await rooms.erase(name).catch((error: unknown) => log.error({ err: error, room: name }, 'erasing an old deletion failed'))
      }
      after = page.at(-1)?.name
      if (after === undefined) return
    }
  }
  const look = (): void => {
    looking = eraseOverdue()
      .catch((error: unknown) => log.error({ err: error }, 'looking for old deletions failed'))
      // Also what an erasure that was cut off, or that failed halfway, left to do.
      .then(() => (stopped ? 0 : pictures.removeUnused()))
      .then(() => undefined, (error: unknown) => log.error({ err: error }, 'removing unused pictures failed'))
    cancel = clock.after(DAY_MS, look)
  }
  let cancel = clock.after(FIRST_LOOK_MS, look)
  return () => {
    stopped = true
    cancel()
    return looking
  }
}
