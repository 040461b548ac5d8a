/**
 * Work that comes in crowds, a slice in each turn of the event loop.
 *
 * Owns: what waits for a later turn, and how long a slice is.
 * Does not own: what is done.
 * Always holds: all is done in the order of asking; however much is asked for at once, timers and sockets have
 * their turn after each slice, and a piece that fails keeps nothing else from being done.
 */
import type { Clock } from './clock.js'

/** The piece in which a slice gets as old as this, in milliseconds, is its last. */
const SLICE_MS = 5

export class Slices {
  readonly #clock: Pick<Clock, 'now' | 'soon'>
  readonly #waiting: (() => void)[] = []
  /** When the slice of this turn ends; undefined before its first piece. */
  #endsAt: number | undefined

  constructor(clock: Pick<Clock, 'now' | 'soon'>) {
    this.#clock = clock
  }

  /** Pieces that wait. */
  get length(): number {
    return this.#waiting.length
  }

  /** Does it now, if there is time left in this turn. Rejects with what it throws. */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const piece = (): void => {
        try {
          resolve(work())
        } catch (error) {
          reject(error)
        }
      }
      if (this.#endsAt === undefined) {
        this.#begin()
        piece()
      } else if (this.#waiting.length > 0 || this.#clock.now() >= this.#endsAt) {
        this.#waiting.push(piece)
      } else {
        piece()
      }
    })
  }

  #begin(): number {
    this.#clock.soon(() => this.#goOn())
    return (this.#endsAt = this.#clock.now() + SLICE_MS)
  }

  #goOn(): void {
    this.#endsAt = undefined
    if (this.#waiting.length === 0) return
    const endsAt = this.#begin()
    let done = 0
    // One at least, whatever became of the time.
    do this.#waiting[done++]?.()
    while (done < this.#waiting.length && this.#clock.now() < endsAt)
    this.#waiting.splice(0, done)
  }
}
