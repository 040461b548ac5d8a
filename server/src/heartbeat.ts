/**
 * Life signs: something is sent to every client often enough, the dead are noticed, and what was lost is looked for.
 *
 * Owns: the intervals, the one timer for all connections, and who is left alone for how long.
 * Always holds: a client that lives keeps its connection through idle proxies and y-websocket's own
 * 30 s rule; one that is gone without a goodbye is dropped, and its caret with it, within 35 s;
 * ten thousand connections are never looked after in one go, which would hold up everybody's typing;
 * a connection on which nothing happens is not even looked at until something is due.
 */
import type { Clock } from './clock.js'
import type { Connection } from './connection.js'

/** Every connection that is not calm is looked at once in this time, in milliseconds. */
const ROUND_MS = 1_000
/** In how many parts. */
const LOOKS_PER_ROUND = 20
/** Silence towards a client after which a keep-alive is sent: with two rounds below the promised 20 s. */
const KEEP_ALIVE_AFTER_MS = 17_500
/** Silence from a client that was sent something since, after which it is asked for a sign of life, once a round. */
const PING_AFTER_MS = 8_000
/** Silence from a client after which it is taken for dead; with two rounds below 35 s. */
const DEAD_AFTER_MS = 30_000

export class Heartbeat {
  readonly #clock: Clock
  /** Something happened to them, is waited for, or is due. */
  readonly #lively = new Set<Connection>()
  /** The others, by the number of the round in which something is due. */
  readonly #calm = new Map<number, Set<Connection>>()
  #round = 0
  /** Who is still to be looked at in this round, and in how many parts. */
  #rest = this.#lively.values()
  #looksLeft = 0
  #cancel: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** This one came, or it was calm and something was sent to it or heard of it. */
  stirred(connection: Connection): void {
    this.#leaveCalm(connection)
    this.#lively.add(connection)
    if (!this.#cancel) this.#lookAgain(1)
  }

  forget(connection: Connection): void {
    this.#leaveCalm(connection)
    this.#lively.delete(connection)
  }

  stop(): void {
    this.#cancel?.()
  }

  #leaveCalm(connection: Connection): void {
    connection.calmAmong?.delete(connection)
    connection.calmAmong = undefined
  }

  #lookAgain(looks: number): void {
    this.#cancel = this.#clock.after((looks * ROUND_MS) / LOOKS_PER_ROUND, () => this.#look())
  }

  #look(): void {
    if (this.#looksLeft === 0) this.#startRound()
    this.#looksLeft--
    const share = Math.ceil(this.#lively.size / LOOKS_PER_ROUND)
    for (let looked = 0; looked < share; looked++) {
      const { value } = this.#rest.next()
      if (!value) break
      this.#lookAfter(value)
    }
    if (this.#lively.size > 0) return this.#lookAgain(1)
    this.#cancel = undefined
    if (this.#calm.size === 0) return
    // All are calm: nobody is due before the next round.
    this.#lookAgain(this.#looksLeft + 1)
    this.#looksLeft = 0
  }

  #startRound(): void {
    this.#looksLeft = LOOKS_PER_ROUND
    this.#round++
    for (const connection of this.#calm.get(this.#round) ?? []) {
      connection.calmAmong = undefined
      this.#lively.add(connection)
    }
    this.#calm.delete(this.#round)
    // A set's iterator takes in what is added meanwhile; whom it does not come to is looked after in the next round.
    this.#rest = this.#lively.values()
  }

  #lookAfter(connection: Connection): void {
    const now = this.#clock.now()
    const silence = now - connection.lastHeard
    if (silence >= DEAD_AFTER_MS) return connection.drop()
    const isDue = (): boolean => now - connection.lastSent >= KEEP_ALIVE_AFTER_MS
    const wasSentMore = connection.lastSent > connection.lastHeard
    // A question asked now is a keep-alive, and its answer a sign of life.
    const isCalm = connection.look(isDue())
    // Where nothing else happens that is with the next keep-alive, in one write: for ten thousand who only listen, writes
    // are what an idle server does.
    connection.sign(silence >= PING_AFTER_MS && (isDue() || wasSentMore), isDue())
    // Who was heard since is left alone until the next keep-alive.
    if (isCalm && connection.lastSent <= connection.lastHeard) this.#leaveAlone(connection, KEEP_ALIVE_AFTER_MS - (now - connection.lastSent))
  }

  #leaveAlone(connection: Connection, ms: number): void {
    const round = this.#round + Math.ceil(ms / ROUND_MS)
    const calm = this.#calm.get(round) ?? new Set()
    this.#calm.set(round, calm.add(connection))
    connection.calmAmong = calm
    this.#lively.delete(connection)
  }
}
