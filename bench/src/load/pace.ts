/**
 * Doing something at an even rate.
 *
 * Owns: when. Does not own: what.
 * Always holds: nothing is left out: who comes late is made up for at once, and the lateness is told.
 */
import { sleep } from '../waiting.js'

const TICK_MS = 2

/** Calls `act(0)`, `act(1)`, … `perSecond` times a second for so many seconds. @returns the greatest lateness in ms */
export async function atRate(perSecond: number, seconds: number, act: (index: number) => void): Promise<number> {
  const start = performance.now()
  const total = Math.round(perSecond * seconds)
  let latest = 0
  for (let next = 0; next < total;) {
    const elapsed = performance.now() - start
    const due = Math.min(total, Math.floor((elapsed * perSecond) / 1000) + 1)
    latest = Math.max(latest, elapsed - (next * 1000) / perSecond)
    for (; next < due; next++) act(next)
    await sleep(TICK_MS)
  }
  return latest
}
