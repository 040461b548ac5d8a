/**
 * Reading from clients no faster than the disk takes it.
 *
 * Owns: when everybody is held back, and when they go on.
 * Does not own: refusing what is too much all the same (committer.ts, room.ts), pausing one client (connection.ts).
 * Always holds: nobody is held back while saving fails: then clients must be heard, and told that it fails.
 */

/** A client that can be held back. */
export interface Held {
  hold(): void
  goOn(): void
}

/** How much is unsaved, and whether saving fails. */
export interface Unsaved {
  readonly unsavedBytes: number
  readonly failingSince: number | undefined
}

/** Everybody is held back from this part of the limit on, and goes on below the other: what is on its way still has room. */
const HOLD_FROM = 1 / 2
const GO_ON_BELOW = 1 / 4

export class Intake {
  readonly #clients: Iterable<Held>
  readonly #limit: number
  #isHolding = false

  /** @param limit unsaved bytes at which updates are refused */
  constructor(clients: Iterable<Held>, limit: number) {
    this.#clients = clients
    this.#limit = limit
  }

  /** Whether a client that comes now is to be held back. */
  get isHolding(): boolean {
    return this.#isHolding
  }

  /** More or less is unsaved than before. */
  look({ unsavedBytes, failingSince }: Unsaved): void {
    const share = unsavedBytes / this.#limit
    if (!this.#isHolding && share >= HOLD_FROM && failingSince === undefined) {
      this.#isHolding = true
      for (const client of this.#clients) client.hold()
    } else if (this.#isHolding && (share < GO_ON_BELOW || failingSince !== undefined)) {
      this.#isHolding = false
      for (const client of this.#clients) client.goOn()
    }
  }
}
