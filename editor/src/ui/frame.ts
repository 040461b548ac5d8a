/**
 * Work that follows every change of the editor, done once for each painted frame.
 *
 * Owns: joining the calls. Always holds: the last call of a burst is followed by a run.
 */

/** Runs at most once per painted frame, however often it is called. */
export function oncePerFrame(run: () => void): () => void {
  let waiting = false
  return () => {
    if (waiting) return
    waiting = true
    requestAnimationFrame(() => {
      waiting = false
      run()
    })
  }
}

/** Runs once it has not been called for this long, and at the latest after four times as long. */
export function whenCalm(run: () => void, ms: number): { (): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let first = 0
  const call = (): void => {
    const now = performance.now()
    if (timer === undefined) first = now
    else clearTimeout(timer)
    timer = setTimeout(() => {
      timer = undefined
      run()
    }, Math.min(ms, Math.max(0, first + 4 * ms - now)))
  }
  return Object.assign(call, { cancel: () => clearTimeout(timer) })
}
