/**
 * When a room speaks.
 *
 * Owns: the pace of commits and of presence, by what the last fan-out cost.
 * Does not own: what is told (room.ts), writing (committer.ts).
 * Always holds: presence holds back presence, never a commit that is due: typing must not wait for carets.
 */
import type { Clock } from './clock.js'
import type { Presence } from './presence.js'
import type { Slices } from './slices.js'

/** The next beat comes no sooner than this many times what the last fan-out cost: one part in forty of a core until the longest pace. */
const PACE = 40
/** A beat is never held back longer than this, in milliseconds. */
const MAX_PACE_MS = 45
/**
 * While a commit is due or under way presence waits this much longer, in milliseconds, to go out with it in one
 * write; on a slow disk it then goes alone.
 */
const COMMIT_PATIENCE_MS = 25

/** How long it takes until presence that was told too often is looked at again, in milliseconds. */
const LATE_MS = 50

export class Beats {
  readonly #clock: Clock
  readonly #slices: Slices
  readonly #presence: Pick<Presence, 'hasChanges' | 'hasLate' | 'bringLate'>
  readonly #tellPresence: () => void
  #nextAt = 0
  #nextPresenceAt = 0
  #cancelPresence: (() => void) | undefined
  #cancelLate: (() => void) | undefined

  /** @param slices of all rooms: after a restart hundreds may have somebody to tell of at the same moment */
  constructor(clock: Clock, slices: Slices, presence: Pick<Presence, 'hasChanges' | 'hasLate' | 'bringLate'>, tellPresence: () => void) {
    this.#clock = clock
    this.#slices = slices
    this.#presence = presence
    this.#tellPresence = tellPresence
  }

  /** When the next commit may be told, in milliseconds of the clock. */
  get nextAt(): number {
    return this.#nextAt
  }

  /** Tells of a commit, and of presence with it. */
  pace(tell: () => void): void {
    this.#nextAt = this.#nextPresenceAt = this.#after(tell)
  }

  /** Presence may have changed: it is told with the next beat; what was told too often, in a while. */
  schedulePresence(hasUnsaved: boolean): void {
    if (this.#presence.hasLate) {
      this.#cancelLate ??= this.#clock.after(LATE_MS, () => {
        this.#cancelLate = undefined
        this.#presence.bringLate()
        this.schedulePresence(false)
      })
    }
    if (this.#cancelPresence || !this.#presence.hasChanges) return
    const due = this.#nextPresenceAt + (hasUnsaved ? COMMIT_PATIENCE_MS : 0)
    let isCalledOff = false
    const cancel = this.#clock.after(Math.max(0, due - this.#clock.now()), () => {
      void this.#slices.run(() => {
        if (isCalledOff) return
        this.#cancelPresence = undefined
        this.#nextPresenceAt = this.#after(this.#tellPresence)
      })
    })
    this.#cancelPresence = () => {
      isCalledOff = true
      cancel()
    }
  }

  /** @returns when the next may follow */
  #after(tell: () => void): number {
    const start = this.#clock.now()
    tell()
    const end = this.#clock.now()
    return end + Math.min(MAX_PACE_MS, PACE * (end - start))
  }

  close(): void {
    this.#cancelPresence?.()
    this.#cancelPresence = undefined
    this.#cancelLate?.()
    this.#cancelLate = undefined
  }
}
