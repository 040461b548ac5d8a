/**
 * Saving at the end: what was accepted goes to storage, or, where that fails, into a spill file.
 *
 * Owns: how long storage is given, and when the spill file is written.
 * Does not own: the file (spill.ts), what else the stop does (server.ts).
 * Always holds: when storage has not taken everything within a second, a spill file is on some disk before
 * anything else is waited for: whoever stops the server may lose patience. It goes if storage takes everything after all.
 */
import type { Clock } from './clock.js'
import type { Committer } from './committer.js'
import type { Log } from './log.js'
import type { Spill } from './spill.js'

export interface LastSaveOptions {
  readonly committer: Pick<Committer, 'flush' | 'unsavedBytes' | 'unsavedEntries'>
  /** Undefined where nothing is kept beyond the end anyway. */
  readonly spill: Spill | undefined
  readonly clock: Clock
  readonly log: Log
}

/** Storage that takes longer than this is not trusted to take everything, in milliseconds. */
const SPILL_AFTER_MS = 1_000

/** @returns whether everything is in storage; false when the clock shows `deadline`. */
export async function saveAtLast({ committer, spill, clock, log }: LastSaveOptions, deadline: number): Promise<boolean> {
  const flushed = committer.flush()
  if (await by(Math.min(deadline, clock.now() + SPILL_AFTER_MS), flushed, clock)) return true
  const path = await spill?.write(committer.unsavedEntries()).catch((error: unknown) => {
    log.error({ err: error }, 'no spill file could be written')
    return undefined
  })
  const saved = await by(deadline, flushed, clock)
  if (!saved) {
    const rooms = [...new Set(committer.unsavedEntries().map(({ name }) => name))]
    log.error({ unsavedBytes: committer.unsavedBytes, rooms, spill: path }, 'stopped with unsaved changes')
  } else if (path !== undefined) {
    // Should it stay, the next start finds that it brings nothing new.
    await spill?.remove(path).catch((error: unknown) => log.warn({ err: error, path }, 'a spill file that is not needed any more stays'))
  }
  return saved
}

/** Whether `work` ended before the clock showed `deadline`. */
export const by = (deadline: number, work: Promise<unknown>, clock: Clock): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(Math.max(0, deadline - clock.now()), () => resolve(false))
    work.then(() => resolve(true), reject).finally(cancel)
  })
