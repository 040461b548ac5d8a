/**
 * Reading from one client no faster than is fair to the others.
 *
 * Owns: what the client may still send, when it is held back, and when it counts as a flood.
 * Does not own: how it is held back (connection.ts), what its messages mean.
 * Always holds: who sends too much is slowed down, since its socket is not read; nothing of it is lost. Only
 * who does that for minutes on end is sent away. A timer runs for a client that is held back, and for no other.
 */
import { Bucket } from './bucket.js'
import type { Clock } from './clock.js'
import type { Held } from './intake.js'

export interface Rates {
  /** Messages that a connection may send for ever, in a second. */
  readonly maxMessagesPerSecond: number
  /** Bytes that a connection may send for ever, in a second. */
  readonly maxBytesPerSecond: number
  /** How long a connection may go on sending more, in milliseconds; 0 is for ever. */
  readonly maxFloodMs: number
}

/** What has been taken out of both rates and has not come in again. */
export interface Spent {
  readonly messages: number
  readonly bytes: number
}

export interface Throttled extends Held {
  close(code: 'too-fast', detail: string): void
}

/**
 * What may come at once, in seconds of the rate: a book typed in by an import, with an update for each of its
 * 260,000 letters, or the work of many days offline.
 */
export const BURST_SECONDS = 30
/**
 * With so many seconds of its rate in hand a client that was held back goes on: what little it has to say then
 * is no flood, and one that floods is not stopped and started for each message.
 */
const GO_ON_SECONDS = 1 / 4
/** A flood is over when so many seconds of the rate are saved up. */
const CALM_SECONDS = 1

/** Who sent so much more than comes in has sent a lot: nobody types like that. */
const HEAVY_MESSAGES = 200
const HEAVY_BYTES = 256 * 1024

export class Throttle {
  readonly #client: Throttled
  readonly #rates: Rates
  readonly #clock: Clock
  readonly #messages: Bucket
  readonly #bytes: Bucket
  /** Since when it has been sending more than its rate, in milliseconds by the clock. */
  #floodsSince: number | undefined
  #cancelWait: (() => void) | undefined

  constructor(client: Throttled, rates: Rates, clock: Clock) {
    this.#client = client
    this.#rates = rates
    this.#clock = clock
    const now = clock.now()
    this.#messages = new Bucket(rates.maxMessagesPerSecond, rates.maxMessagesPerSecond * BURST_SECONDS, now)
    this.#bytes = new Bucket(rates.maxBytesPerSecond, rates.maxBytesPerSecond * BURST_SECONDS, now)
  }

  get spent(): Spent {
    const now = this.#clock.now()
    return { messages: this.#messages.missing(now), bytes: this.#bytes.missing(now) }
  }

  /** Begins with less than all that may come at once. */
  begin({ messages, bytes }: Spent, now: number): void {
    this.#messages.take(messages, now)
    this.#bytes.take(bytes, now)
  }

  /** A message came. */
  came(bytes: number, now: number): void {
    const isFast = this.#messages.take(1, now)
    const isHeavy = this.#bytes.take(bytes, now)
    // What had been read before it was held back still comes; it counts when it is looked whether to go on.
    if ((!isFast && !isHeavy) || this.#cancelWait) return
    this.#floodsSince ??= now
    const { maxFloodMs } = this.#rates
    // Not while it is held back: one large message may take long to pay for, and be followed by nothing.
    if (maxFloodMs > 0 && now - this.#floodsSince >= maxFloodMs) return this.#client.close('too-fast', 'sends more than its rate, on and on')
    this.#client.hold()
    this.#wait(now)
  }

  #wait(now: number): void {
    const ms = Math.max(this.#messages.msUntil(GO_ON_SECONDS, now), this.#bytes.msUntil(GO_ON_SECONDS, now))
    this.#cancelWait = this.#clock.after(ms, () => {
      this.#cancelWait = undefined
      const then = this.#clock.now()
      // A timer may ring a little early, and more may have come that had been read.
      if (this.#has(GO_ON_SECONDS, then)) this.#client.goOn()
      else this.#wait(then)
    })
  }

  /** Whether it sent a lot just now, though maybe no more than it may. */
  get isHeavy(): boolean {
    const { messages, bytes } = this.spent
    return messages > HEAVY_MESSAGES || bytes > HEAVY_BYTES
  }

  /** Whether it has sent more than its rate, and that is not known to be over. */
  get isFlooded(): boolean {
    return this.#floodsSince !== undefined
  }

  /** Looks whether a flood is over. To be called every few seconds. */
  look(now: number): void {
    if (this.#floodsSince !== undefined && !this.#cancelWait && this.#has(CALM_SECONDS, now)) this.#floodsSince = undefined
  }

  #has(seconds: number, now: number): boolean {
    return this.#messages.msUntil(seconds, now) === 0 && this.#bytes.msUntil(seconds, now) === 0
  }

  close(): void {
    this.#cancelWait?.()
  }
}
