/**
 * Taking turns: so many at once and no more.
 *
 * Owns: the queue of those who wait.
 * Does not own: what they do.
 * Always holds: whoever waits starts in the order of asking, and a turn that fails ends like any other.
 */

/** Runs what it is given, at most `most` at once. */
export function makeTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free > 0) free--
    // Whoever ends passes the turn on without giving it back.
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
