/**
 * Which core a process runs on: the server under test on one, the load generator on another.
 *
 * Owns: finding out whether that is possible, and the command line that does it.
 * Always holds: where it is not possible the command runs unpinned, and the results say so.
 */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

export const SERVER_CORE = 0
export const LOAD_CORE = 1

const canPinTo = (core: number): boolean =>
  spawnSync('taskset', ['-c', String(core), 'true'], { stdio: 'ignore' }).status === 0

/** Whether server and load can have a core each. */
export const pinning: boolean = availableParallelism() >= 1 && canPinTo(SERVER_CORE) && canPinTo(LOAD_CORE)

/** Program and arguments that run Node with these arguments on this core. `taskset` replaces itself: the pid stays. */
export function nodeOnCore(core: number, args: readonly string[]): { program: string; args: string[] } {
  if (!pinning) return { program: process.execPath, args: [...args] }
  return { program: 'taskset', args: ['-c', String(core), process.execPath, ...args] }
}
