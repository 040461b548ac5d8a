/**
 * Whether the other end is still there.
 *
 * Owns: when silence becomes a question, and when an unanswered question becomes a new connection.
 * Does not own: the connection, its backoff, and y-websocket's own rule (30 s of silence end it).
 * Always holds:
 *  - a connection on which the server has not said anything yet is not questioned: the server may be
 *    loading a large document, and answers nothing before it has;
 *  - any message counts as an answer;
 *  - silence is measured by the wall clock, which goes on while a computer sleeps; a wall clock that
 *    was set back only means one question too many;
 *  - what is still going out counts as a sign of life, so that a large change may take its time.
 */

/** Silence after which the server is asked for a sign of life, in milliseconds. */
const SILENCE_MS = 15_000
/**
 * The same while somebody would be deceived: they look at the page, or wait for an edit to be saved. With a look
 * every second and 3 s for the answer a dead link is known after 9 s; an idle page asks every 6 s, where
 * presence, comparing copies and keep-alives have more than half as many frames anyway.
 */
const SHORT_SILENCE_MS = 5_000
/** How often silence is looked at, in milliseconds. */
const LOOK_MS = 1_000
/** After how many looks the others are told that time passes. */
const LOOKS_PER_TICK = 5
/** How long a sign of life may take, in milliseconds. */
const ANSWER_MS = 3_000
/** How long opening a socket may take, in milliseconds. y-websocket sets no limit, and systems try for minutes. */
const OPENING_MS = 10_000

export interface LifeSignsOptions {
  /** Asks something cheap; at the second try something that every server answers. */
  ask(isSecondTry: boolean): void
  /** Whether short silence matters, and the server is known to answer. */
  isUrgent(): boolean
  /** Bytes that wait to go out. */
  unsent(): number
  /** Gives up the socket, if there is one, and opens another at once. */
  reconnect(): void
  /** Called every few seconds while the connection is open. */
  tick(): void
}

type Phase = 'none' | 'opening' | 'silent' | 'alive'

export class LifeSigns {
  readonly #options: LifeSignsOptions
  #phase: Phase = 'none'
  #lastHeardAt = 0
  #looks = 0
  #looking: ReturnType<typeof setInterval> | undefined
  #deadline: ReturnType<typeof setTimeout> | undefined
  #secondTry: ReturnType<typeof setTimeout> | undefined

  constructor(options: LifeSignsOptions) {
    this.#options = options
  }

  /** A socket is being opened. */
  opening(): void {
    this.stop()
    this.#phase = 'opening'
    this.#giveUpAfter(OPENING_MS)
  }

  /** The socket is open. */
  opened(): void {
    this.stop()
    this.#looks = 0
    this.#phase = 'silent'
  }

  /** A message came. */
  heard(): void {
    if (this.#phase === 'none') return
    this.#lastHeardAt = Date.now()
    this.#endQuestion()
    if (this.#phase === 'alive') return
    this.#phase = 'alive'
    this.#looking = setInterval(() => this.#look(), LOOK_MS)
  }

  /** There is no connection any more, and there are no timers left. */
  stop(): void {
    this.#phase = 'none'
    this.#endQuestion()
    clearInterval(this.#looking)
    this.#looking = undefined
  }

  /** Something may have happened to the network: find out now, instead of waiting for silence or for the backoff. */
  wake(): void {
    if (this.#phase === 'none') this.#options.reconnect()
    else if (this.#phase === 'opening') this.#giveUpAfter(ANSWER_MS)
    else if (this.#phase === 'alive') this.#question()
  }

  #look(): void {
    const silence = Date.now() - this.#lastHeardAt
    const limit = this.#options.isUrgent() ? SHORT_SILENCE_MS : SILENCE_MS
    if (silence >= limit || silence < 0) this.#question()
    this.#looks = (this.#looks + 1) % LOOKS_PER_TICK
    if (this.#looks === 0) this.#options.tick()
  }

  #question(): void {
    if (this.#deadline !== undefined) return
    this.#giveUpAfter(ANSWER_MS)
    this.#secondTry = setTimeout(() => this.#options.ask(true), ANSWER_MS / 2)
    this.#options.ask(false)
  }

  #giveUpAfter(milliseconds: number): void {
    this.#endQuestion()
    const unsent = this.#options.unsent()
    this.#deadline = setTimeout(() => {
      this.#deadline = undefined
      // The answer comes behind what is on its way.
      if (this.#options.unsent() < unsent) this.#giveUpAfter(milliseconds)
      else this.#options.reconnect()
    }, milliseconds)
  }

  #endQuestion(): void {
    clearTimeout(this.#deadline)
    clearTimeout(this.#secondTry)
    this.#deadline = this.#secondTry = undefined
  }
}
