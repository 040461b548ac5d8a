/**
 * Work that nobody waits for, behind the work that somebody does.
 *
 * Owns: the priority of the thread that calls.
 * Does not own: what the thread does, nor when it starts (compactor.ts, dump-thread.ts).
 * Always holds: the priority of the event loop stays as it is; where the system allows nothing, nothing changes.
 *
 * On one core a long merge would else take every second time slice from typing.
 */
import { setPriority } from 'node:os'

/** About a quarter of a core that is busy otherwise, all of one that is not (sched(7)); much less, and a tail outgrows its compaction. */
const NICENESS = 5

/** To be called in a worker thread. */
export function giveWayToOthers(): void {
  // Only there is a priority one of a thread; elsewhere this would be the whole process.
  if (process.platform !== 'linux') return
  try {
    // POSIX says "the calling process"; on Linux it is the calling thread (setpriority(2), "C library/kernel differences").
    setPriority(NICENESS)
  } catch {
    // Some containers forbid it.
  }
}
