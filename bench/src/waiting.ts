/**
 * Waiting in the load process.
 *
 * Owns: the two ways to wait. Always holds: every wait has a limit.
 */
import { setTimeout as delay } from 'node:timers/promises'

export const sleep = (ms: number): Promise<void> => delay(ms)

/** Looks every `everyMs` until it holds. @returns whether it held before the limit */
export async function until(holds: () => boolean, limitMs: number, everyMs = 5): Promise<boolean> {
  const deadline = performance.now() + limitMs
  while (!holds()) {
    if (performance.now() > deadline) return false
    await sleep(everyMs)
  }
  return true
}
