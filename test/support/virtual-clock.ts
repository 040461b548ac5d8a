/**
 * Time that passes only when a test says so.
 *
 * Owns: the virtual present and the timers that wait in it.
 * Does not own: what happens between two timers (room-world.ts settles promises and sockets there).
 * Always holds: timers ring in the order of their time, then of their making; none rings by itself.
 */
import type { Clock } from '@cowrite/server'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** Milliseconds since 1970 at which virtual time begins; any moment would do. */
const BEGIN = Date.UTC(2026, 0, 1)

export class VirtualClock implements Clock {
  #now = 0
  #timers: Timer[] = []
  /** What somebody has set the wall clock by. */
  #setBy = 0

  now(): number {
    return this.#now
  }

  date(): number {
    return BEGIN + this.#now + this.#setBy
  }

  /** Somebody sets the wall clock, forwards or back; no time passes. */
  setDate(by: number): void {
    this.#setBy += by
  }

  after(ms: number, callback: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, ms), callback }
    const place = this.#timers.findIndex(({ at }) => at > timer.at)
    this.#timers.splice(place === -1 ? this.#timers.length : place, 0, timer)
    return () => {
      const index = this.#timers.indexOf(timer)
      if (index !== -1) this.#timers.splice(index, 1)
    }
  }

  soon(callback: () => void): void {
    this.after(0, callback)
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.length
  }

  /** Rings the earliest timer that is due until then, time standing at its moment. @returns whether there was one */
  ringNext(until = this.#now): boolean {
    const timer = this.#timers[0]
    if (timer === undefined || timer.at > until) return false
    this.#timers.shift()
    this.#now = Math.max(this.#now, timer.at)
    timer.callback()
    return true
  }

  /** Time passes and no timer rings: what work costs. */
  spend(ms: number): void {
    this.#now += ms
  }

  /** Forgets all timers: whoever set them is no more. */
  forget(): void {
    this.#timers = []
  }
}
