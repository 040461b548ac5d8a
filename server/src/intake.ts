/**
 * Reading from clients no faster than the disk takes it.
 *
 * Owns: when those who send most, or everybody, are held back, and when they go on.
 * Does not own: refusing what is too much all the same (committer.ts, room.ts), pausing one client (connection.ts).
 * Always holds: nobody is held back while saving fails: then clients must be heard, and told that it fails.
 */

/** A client that can be held back. */
export interface Held {
  hold(): void
  goOn(): void
}

/** A client from whom is read. */
export interface Client extends Held {
  /** Knows whether it sent a lot just now. */
  readonly throttle: { readonly isHeavy: boolean }
}

/** How much is unsaved, and whether saving fails. */
export interface Unsaved {
  readonly unsavedBytes: number
  readonly failingSince: number | undefined
}

/**
 * Whoever sends a lot is held back from this part of the limit on, and goes on below the other: an import is
 * written as fast as the disk takes it all the same, and what others type does not wait behind all of it.
 */
const HOLD_HEAVY_FROM = 1 / 16
const HEAVY_GO_ON_BELOW = 1 / 32
/** Everybody is held back from this part of the limit on, and goes on below the other: what is on its way still has room. */
const HOLD_FROM = 1 / 2
const GO_ON_BELOW = 1 / 4

export class Intake {
  readonly #clients: Iterable<Client>
  readonly #limit: number
  #isHolding = false
  readonly #heavy = new Set<Client>()
  /** The share from which on it is looked again who sends a lot. */
  #lookFrom = HOLD_HEAVY_FROM

  /** @param limit unsaved bytes at which updates are refused */
  constructor(clients: Iterable<Client>, limit: number) {
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
    if (share < HEAVY_GO_ON_BELOW || failingSince !== undefined) this.#letHeavyGoOn()
    else if (share >= this.#lookFrom) this.#holdHeavy()
    if (!this.#isHolding && share >= HOLD_FROM && failingSince === undefined) {
      this.#isHolding = true
      for (const client of this.#clients) client.hold()
    } else if (this.#isHolding && (share < GO_ON_BELOW || failingSince !== undefined)) {
      this.#isHolding = false
      for (const client of this.#clients) client.goOn()
    }
  }

  #holdHeavy(): void {
    this.#lookFrom += HOLD_HEAVY_FROM
    for (const client of this.#clients) {
      if (!client.throttle.isHeavy || this.#heavy.has(client)) continue
      this.#heavy.add(client)
      client.hold()
    }
  }

  #letHeavyGoOn(): void {
    this.#lookFrom = HOLD_HEAVY_FROM
    for (const client of this.#heavy) client.goOn()
    this.#heavy.clear()
  }
}
