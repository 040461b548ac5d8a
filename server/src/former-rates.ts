/**
 * What the former connections of somebody have spent of their rates.
 *
 * Owns: remembering it until it has come in again, so that who comes back gets no new burst.
 * Does not own: the rates (throttle.ts), who somebody is (admission.ts).
 * Always holds: the one that had spent most counts, and nothing counts twice: a new connection begins with it, and hands
 * on what is left of it with its own.
 */
import { Buckets } from './buckets.js'
import { BURST_SECONDS, type Rates, type Throttle } from './throttle.js'

export class FormerRates {
  readonly #messages: Buckets
  readonly #bytes: Buckets

  constructor({ maxMessagesPerSecond, maxBytesPerSecond }: Rates) {
    this.#messages = new Buckets(maxMessagesPerSecond, maxMessagesPerSecond * BURST_SECONDS)
    this.#bytes = new Buckets(maxBytesPerSecond, maxBytesPerSecond * BURST_SECONDS)
  }

  /** Of how many anything is remembered. */
  get size(): number {
    return Math.max(this.#messages.size, this.#bytes.size)
  }

  begins(who: string, throttle: Pick<Throttle, 'begin'>, now: number): void {
    throttle.begin({ messages: this.#messages.missing(who, now), bytes: this.#bytes.missing(who, now) }, now)
  }

  ended(who: string, throttle: Pick<Throttle, 'spent'>, now: number): void {
    const { messages, bytes } = throttle.spent
    raise(this.#messages, who, messages, now)
    raise(this.#bytes, who, bytes, now)
  }
}

function raise(buckets: Buckets, who: string, spent: number, now: number): void {
  const more = spent - buckets.missing(who, now)
  if (more > 0) buckets.of(who, now).take(more, now)
}
