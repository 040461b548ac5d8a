/**
 * Time as the server sees it.
 *
 * Owns: the one seam through which time comes in, so that tests run on a virtual clock.
 * Always holds: nothing depends on wall time for correctness; `date` is for people and records only.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number
  /** Milliseconds since 1970; may jump. */
  date(): number
  /** Calls back once after `ms` milliseconds; returns how to call that off. */
  after(ms: number, callback: () => void): () => void
  /** Calls back once in the next turn of the event loop: what else is due comes first. */
  soon(callback: () => void): void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
  soon: (callback) => void setImmediate(callback),
}
