/**
 * The token of this client: having one, keeping it valid, and what the server makes of it.
 *
 * Owns: asking the app for tokens, sending them, and the rights that the server tells.
 * Does not own: whether there is a connection (connecting.ts), what the rights mean to an editor.
 * Always holds:
 *  - an open connection is given a new token before the old one ends, without a reconnect;
 *  - a login that the server refuses again and again ends the attempts; an app that cannot give a token now does not.
 */
import { type AccessNotice, encodeToken, type Face, isAtLeast, type RefusalCode, type Role, subprotocolsFor } from '@cowrite/protocol'
import type { WebsocketProvider } from 'y-websocket'
import { sendOver } from './stock-provider.js'

/** How long before the end of a token a new one is asked for, in milliseconds; less for a token that lives shorter than four times that. */
const RENEW_BEFORE_MS = 30_000
/** Shortest time from one renewal to the next, in milliseconds: an app may give the same token again and again. */
const MIN_RENEW_MS = 5_000
/** Timers end at 2^31 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
/** How often a refused login is tried with a fresh token, and the pauses before that, in milliseconds. */
const RETRY_PAUSES_MS = [0, 2_000]
/** The first and the longest pause before an app that gave no token is asked again, in milliseconds. */
const FIRST_ASK_PAUSE_MS = 1_000
const LONGEST_ASK_PAUSE_MS = 30_000

/** What the server said of this client's rights. */
export interface Rights {
  /** Undefined until the server says so; servers without a login never do. */
  readonly role: Role | undefined
  readonly user: Face | undefined
  /** A change made here was refused: it is on no disk and will not be, unless the role changes. */
  readonly denied: boolean
  /** Why the role is not what the login alone would give. */
  readonly because?: RefusalCode | undefined
}

export interface LoginOptions {
  readonly sync: WebsocketProvider
  readonly getToken: (() => string | Promise<string>) | undefined
  /** There is a token to connect with, after there was none. */
  onToken(token: string): void
  /** The rights changed. */
  onRights(): void
}

export class Login {
  readonly #options: LoginOptions
  #rights: Rights = { role: undefined, user: undefined, denied: false }
  #hasToken = false
  #isAsking = false
  #askPause = FIRST_ASK_PAUSE_MS
  /** Refusals since the server last let this client in. */
  #refusals = 0
  /** When the token ends, in milliseconds of `performance.now()`. */
  #endsAt = Infinity
  #renewing: ReturnType<typeof setTimeout> | undefined
  #retrying: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(options: LoginOptions) {
    this.#options = options
    if (options.getToken) this.#ask()
  }

  get rights(): Rights {
    return this.#rights
  }

  /** Whether there is something to connect with. */
  get isReady(): boolean {
    return this.#options.getToken === undefined || this.#hasToken
  }

  /** What the server said to an earlier visit. */
  remember(role: Role | undefined): void {
    this.#rights = { ...this.#rights, role }
  }

  /** The server told this client's rights. */
  told({ role, user, denied = false, because, expiresIn, refused }: AccessNotice): void {
    this.#refusals = 0
    this.#rights = { role, user, because, denied: denied || (this.#rights.denied && !isAtLeast(role, 'write')) }
    if (expiresIn !== undefined) this.#endsIn(expiresIn, refused !== undefined)
    this.#options.onRights()
  }

  /** A server without Cowrite's messages refused a change, or this client came without a token of `getToken`. */
  denied(): void {
    this.#rights = { role: this.#rights.role ?? 'read', user: this.#rights.user, denied: true }
    this.#options.onRights()
  }

  /** The connection ended, and comes back by itself. */
  lost(): void {
    clearTimeout(this.#renewing)
    if (performance.now() > this.#endsAt - MIN_RENEW_MS) this.#ask()
  }

  /** The app wants to connect, again after a refusal. */
  wanted(): void {
    this.#refusals = 0
    if (!this.isReady) this.#ask()
  }

  /** The server refused the login. @returns whether another is on its way */
  refused(): boolean {
    clearTimeout(this.#renewing)
    const pause = RETRY_PAUSES_MS[this.#refusals++]
    this.#hasToken = false
    if (!this.#options.getToken || pause === undefined) return false
    this.#retrying = setTimeout(() => this.#ask(), pause)
    return true
  }

  /** The token gives no right to the document: another attempt is made with another one. */
  spent(): void {
    clearTimeout(this.#renewing)
    this.#hasToken = false
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#renewing)
    clearTimeout(this.#retrying)
  }

  #endsIn(expiresIn: number, wasRefused: boolean): void {
    this.#endsAt = performance.now() + expiresIn
    clearTimeout(this.#renewing)
    if (!this.#options.getToken) return
    const early = Math.min(RENEW_BEFORE_MS, expiresIn / 4)
    const pause = wasRefused ? MIN_RENEW_MS : Math.max(MIN_RENEW_MS, expiresIn - early)
    this.#renewing = setTimeout(() => this.#ask(), Math.min(pause, LONGEST_TIMER_MS))
  }

  #ask(): void {
    if (this.#isClosed || this.#isAsking) return
    this.#isAsking = true
    void this.#askOnce()
  }

  async #askOnce(): Promise<void> {
    const { sync, getToken, onToken } = this.#options
    try {
      const token = await getToken?.()
      if (this.#isClosed || token === undefined) return
      sync.protocols = subprotocolsFor(token)
      this.#askPause = FIRST_ASK_PAUSE_MS
      sendOver(sync, encodeToken(token))
      const isFirst = !this.#hasToken
      this.#hasToken = true
      if (isFirst) onToken(token)
    } catch {
      // The app's own affair to report; here it only means: not now.
      this.#retrying = setTimeout(() => this.#ask(), this.#askPause)
      this.#askPause = Math.min(LONGEST_ASK_PAUSE_MS, this.#askPause * 2)
    } finally {
      this.#isAsking = false
    }
  }
}
