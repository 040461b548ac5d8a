/**
 * Promises that wait for a condition, or only so long.
 *
 * Owns: who waits.
 * Does not own: the conditions; whoever changes what they look at calls `check`.
 * Always holds: nobody waits on after `fail`, and a failure that nobody waits for goes nowhere.
 */
interface Waiter {
  readonly isMet: () => boolean
  readonly resolve: () => void
  readonly reject: (reason: Error) => void
}

export class Waiters {
  readonly #waiting = new Set<Waiter>()

  /** @throws `hopeless`, if given, unless the condition is met already. */
  wait(isMet: () => boolean, hopeless: Error | undefined): Promise<void> {
    if (isMet()) return Promise.resolve()
    if (hopeless) return Promise.reject(hopeless)
    return new Promise((resolve, reject) => this.#waiting.add({ isMet, resolve, reject }))
  }

  /** Resolves those whose condition is met now. */
  check(): void {
    for (const waiter of this.#waiting) {
      if (!waiter.isMet()) continue
      this.#waiting.delete(waiter)
      waiter.resolve()
    }
  }

  /** Rejects everybody who waits. */
  fail(reason: Error): void {
    for (const waiter of this.#waiting) waiter.reject(reason)
    this.#waiting.clear()
  }
}

/** Resolves when the promise has settled, either way, or after so many milliseconds. */
export async function settledWithin(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)))
  await Promise.race([promise.catch(() => undefined), limit])
  clearTimeout(timer)
}
