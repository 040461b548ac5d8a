/**
 * Rights on open connections, as they change.
 *
 * Owns: letting a connection in, the end of its token, renewal, and changes that somebody decided.
 * Does not own: what a token is worth (door.ts), what a role may do (access.ts, contributions.ts).
 * Always holds:
 *  - nothing of a room is loaded for a connection, or sent to it, before it may read;
 *  - what a client is no longer allowed ends at once, and it is told; what it sent before counts;
 *  - a login service that does not answer sends nobody away for good, and lets nobody stay for ever.
 */
import type { Role } from '@cowrite/protocol'
import type { Admission } from '../admission.js'
import type { Clock } from '../clock.js'
import type { Connection } from '../connection.js'
import { Refused, refusalCodeOf } from '../refusal.js'
import type { Rooms } from '../rooms.js'
import { type Access, mayRead, OPEN_ACCESS } from './access.js'
import type { Door } from './door.js'
import type { Revocations } from './revocations.js'

export interface LiveAccessOptions {
  readonly door: Door
  readonly rooms: Pick<Rooms, 'enter'>
  readonly revocations: Revocations
  readonly clock: Clock
  /** How long a client may be on its way in, in milliseconds. */
  readonly authTimeoutMs: number
  /** Counts who is where. */
  readonly admission?: Pick<Admission, 'enters'>
}

interface Guest {
  readonly document: string
  readonly connection: Connection
  token: string | undefined
  access: Access
  cancelExpiry: (() => void) | undefined
  /** Sent and not looked at yet. */
  nextToken: string | undefined
  isRenewing: boolean
}

/** While the login service does not answer, how often it is asked for those whose time is over, in milliseconds. */
const ASK_AGAIN_MS = 5_000
/** How long they may stay meanwhile, in milliseconds. */
const GRACE_MS = 60_000
/** Timers of Node end at 2^31 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export class LiveAccess {
  readonly #options: LiveAccessOptions
  readonly #guests = new Map<Connection, Guest>()

  constructor(options: LiveAccessOptions) {
    this.#options = options
  }

  /** Brings a connection into a document if its token allows it. Never rejects: a refusal closes the connection. */
  async enter(document: string, connection: Connection, token: string | undefined): Promise<void> {
    const { door, rooms, admission } = this.#options
    try {
      if (!door.identify) {
        admission?.enters(connection, document, undefined)
        connection.allow(OPEN_ACCESS)
      } else {
        const identity = await this.#inTime(connection, door.identify(token, document))
        if (connection.isClosed) return
        const access = door.accessOf(identity, document)
        if (!mayRead(access)) throw new Refused('forbidden', 'no right to this document')
        admission?.enters(connection, document, identity.id)
        const guest: Guest = { document, connection, token, access, cancelExpiry: undefined, nextToken: undefined, isRenewing: false }
        this.#guests.set(connection, guest)
        this.#allow(guest, access)
      }
    } catch (error) {
      refuse(connection, error)
      return
    }
    await rooms.enter(document, connection)
  }

  /** A client whose login takes too long is sent away: it is the login's fault, so it may come back. */
  async #inTime<T>(connection: Connection, login: Promise<T>): Promise<T> {
    const cancel = this.#options.clock.after(this.#options.authTimeoutMs, () => connection.close('auth-down', 'the login takes too long'))
    try {
      return await login
    } finally {
      cancel()
    }
  }

  /** The connection is gone. */
  left(connection: Connection): void {
    this.#guests.get(connection)?.cancelExpiry?.()
    this.#guests.delete(connection)
  }

  /** A client sent a new token. What comes while one is looked at waits, and only the last of it counts. */
  renew(connection: Connection, token: string): void {
    const guest = this.#guests.get(connection)
    if (!guest || token === '') return connection.tellAccess()
    guest.nextToken = token
    if (!guest.isRenewing) void this.#renew(guest)
  }

  async #renew(guest: Guest): Promise<void> {
    const { door } = this.#options
    guest.isRenewing = true
    for (let token = guest.nextToken; token !== undefined; token = guest.nextToken) {
      guest.nextToken = undefined
      try {
        const identity = await door.identify?.(token, guest.document, true)
        if (guest.connection.isClosed || !identity) break
        if (identity.id !== guest.access.identity?.id) throw new Refused('unauthenticated', 'the new token is of another user')
        guest.token = token
        this.#allow(guest, door.accessOf(identity, guest.document))
      } catch (error) {
        guest.connection.tellAccess({ refused: refusalCodeOf(error) })
      }
    }
    guest.isRenewing = false
  }

  /**
   * Sets what a user may do in a document (undefined: in all), for all tokens from before this moment.
   * Takes effect at once. Resolves when it is remembered. @throws StorageError when it cannot be remembered
   */
  restrict(document: string | undefined, user: string, role: Role): Promise<void> {
    const { door, revocations } = this.#options
    const remembered = revocations.add(document, user, role)
    for (const guest of [...this.#guests.values()]) {
      const { identity } = guest.access
      const isMeant = document === undefined || guest.document === document
      if (isMeant && identity?.id === user) this.#allow(guest, door.accessOf(identity, guest.document))
    }
    return remembered
  }

  #allow(guest: Guest, access: Access): void {
    const { connection } = guest
    if (!mayRead(access)) {
      connection.close('forbidden', 'the right to this document was taken away')
      return
    }
    guest.access = access
    const expiresAt = access.identity?.expiresAt
    connection.allow(access)
    if (expiresAt !== undefined) this.#expireAt(guest, expiresAt)
  }

  #expireAt(guest: Guest, expiresAt: number): void {
    const { clock } = this.#options
    const left = expiresAt - clock.date()
    guest.cancelExpiry?.()
    guest.cancelExpiry = clock.after(Math.min(left, LONGEST_TIMER_MS), () => {
      if (left > LONGEST_TIMER_MS) this.#expireAt(guest, expiresAt)
      else void this.#expired(guest, clock.now() + GRACE_MS)
    })
  }

  async #expired(guest: Guest, deadline: number): Promise<void> {
    const { door, clock } = this.#options
    const { connection, document, token } = guest
    if (!door.asksAgain || !door.identify) return connection.close('unauthenticated', 'the token has expired')
    const before = guest.access
    try {
      const identity = await door.identify(token, document, true)
      // A renewal may have overtaken the answer.
      if (connection.isClosed || guest.access !== before) return
      if (identity.id !== before.identity?.id) throw new Refused('unauthenticated', 'the token is of another user now')
      this.#allow(guest, door.accessOf(identity, document))
    } catch (error) {
      if (connection.isClosed || guest.access !== before) return
      if (refusalCodeOf(error) !== 'auth-down' || clock.now() >= deadline) return refuse(connection, error)
      guest.cancelExpiry = clock.after(ASK_AGAIN_MS, () => void this.#expired(guest, deadline))
    }
  }
}

const refuse = (connection: Connection, error: unknown): void =>
  connection.close(refusalCodeOf(error), error instanceof Error ? error.message : 'unknown error')
