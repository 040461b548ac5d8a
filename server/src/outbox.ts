/**
 * What goes out to one client, within its send budget.
 *
 * Owns: noticing that a client does not read as fast as it is sent to, holding back until it has, and
 * what it is owed then.
 * Does not own: what is sent and when (room.ts, connection.ts), the bytes of frames (codec.ts).
 * Always holds: over its budget a client is *behind*: it gets nothing until its socket drained, then one
 * difference. Never a dropped update, never unbounded memory.
 */
import type { StateVector } from '@cowrite/protocol'
import type { Clock } from './clock.js'
import type { Socket } from './socket.js'

/** What this client alone is sent. */
export interface Answer {
  /** Makes its messages; at the last moment, so that an answer after a drain is up to date. */
  readonly make: () => readonly Uint8Array[]
  /** Has what `make` needs fetched, where it is not in memory. @returns whether that is so; `ready` is called later */
  readonly fetch?: (ready: () => void) => boolean
}

/** Where the outbox finds what a client missed. */
export interface News {
  /** What is known to all who read everything until now; not to be changed. */
  position(): StateVector
  /** Has what `since` needs fetched, as in `Answer`. */
  fetch(position: StateVector, ready: () => void): boolean
  /** What brings somebody who stopped reading at this position up to date. */
  since(position: StateVector): readonly Answer[]
}

/** Whose outbox it is. */
export interface Sent {
  /** Something was sent to it. */
  sent(): void
  close(code: 'overloaded', detail: string): void
}

export interface OutboxOptions {
  readonly socket: Socket
  readonly clock: Clock
  /** Bytes queued for this client at which it counts as behind. */
  readonly sendBudgetBytes: number
  readonly client: Sent
}

interface Behind {
  /** The position of what was queued until then. */
  readonly since: StateVector
  /** Whether anything was held back. */
  missed: boolean
  readonly owed: Answer[]
}

/** Answers that a client may be owed at once; one more means it asks without ever reading. */
const MAX_OWED_ANSWERS = 1_000

export class Outbox {
  readonly #options: OutboxOptions
  #news: News | undefined
  #behind: Behind | undefined
  /** Answers that wait for what they are made of. */
  #fetching = 0
  #closed = false
  #lastSent: number

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#lastSent = options.clock.now()
  }

  /** Milliseconds by the clock at which anything was last sent to the client. */
  get lastSent(): number {
    return this.#lastSent
  }

  /** Whether everything that the client is owed has been sent: nothing is held back, and nothing waits for the disk. */
  get isEven(): boolean {
    return !this.#behind && this.#fetching === 0
  }

  /** From now on there is something to miss. */
  follow(news: News): void {
    this.#news = news
  }

  /** Sends what everybody gets, or takes note that this client missed it. */
  send(messages: readonly Uint8Array[]): void {
    if (this.#closed) return
    if (this.#behind) {
      this.#behind.missed = true
      return
    }
    const { socket, clock, sendBudgetBytes, client } = this.#options
    socket.send(messages)
    this.#lastSent = clock.now()
    client.sent()
    if (socket.bufferedBytes <= sendBudgetBytes || !this.#news) return
    // The position of now: everything committed until now has been queued already.
    this.#behind = { since: this.#news.position(), missed: false, owed: [] }
    socket.whenDrained(() => this.#catchUp())
  }

  /** Sends what this client alone is owed, as soon as it reads and it can be made. Nothing else waits for that. */
  answer(answer: Answer): void {
    if (this.#closed) return
    if (this.#behind) {
      this.#behind.owed.push(answer)
    } else if (answer.fetch?.(() => this.#fetched(answer))) {
      this.#fetching++
    } else {
      this.send(answer.make())
      return
    }
    if ((this.#behind?.owed.length ?? 0) + this.#fetching > MAX_OWED_ANSWERS) this.#options.client.close('overloaded', 'asks without reading')
  }

  #fetched(answer: Answer): void {
    this.#fetching--
    this.answer(answer)
  }

  /** Sends what nobody misses: for a client that is behind, enough is queued. */
  keepAlive(messages: readonly Uint8Array[], asksForSign: boolean): void {
    if (this.#closed) return
    const { socket, clock } = this.#options
    if (asksForSign) socket.ping(this.#behind ? [] : messages)
    else if (!this.#behind) socket.send(messages)
    if (!this.#behind) this.#lastSent = clock.now()
  }

  #catchUp(): void {
    const behind = this.#behind
    if (this.#closed || !behind || !this.#news) return
    // Until then it stays behind, so that nothing newer overtakes what it missed.
    if (behind.missed && this.#news.fetch(behind.since, () => this.#catchUp())) return
    this.#behind = undefined
    // A difference always holds all deletions: where these alone exceed the budget, sending one to a client
    // that missed nothing would make it fall behind again, for ever.
    const missed = behind.missed ? this.#news.since(behind.since) : []
    for (const answer of [...missed, ...behind.owed]) this.answer(answer)
  }

  /** The connection is over: nothing more is sent, and nothing kept. */
  close(): void {
    this.#closed = true
    this.#behind = undefined
    this.#news = undefined
  }
}
