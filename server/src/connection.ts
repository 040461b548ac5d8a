/**
 * One client in one room, over any transport.
 *
 * Owns: the client's way in (waiting for the room, messages in order, refusals) and its life signs.
 * Does not own: what messages do (conversation.ts), who it is and what it may do (access/), the way out (outbox.ts),
 * the transport (socket.ts), the dialect's bytes (codec.ts), the document (room.ts).
 * Always holds: no message is handled before the room is loaded, so the first step 2 is never an empty one.
 */
import { type AccessNotice, type RefusalCode, REFUSALS } from '@cowrite/protocol'
import type { Access } from './access/access.js'
import { ToldAccess, type ToldAccessOptions } from './access/told-access.js'
import type { Codec } from './codec.js'
import { Conversation } from './conversation.js'
import type { Heartbeat } from './heartbeat.js'
import type { Log } from './log.js'
import { NewsOfRoom } from './news.js'
import { Outbox, type Sent } from './outbox.js'
import { PROBE_MS } from './presence.js'
import { refusalCodeOf } from './refusal.js'
import type { Member, Room } from './room.js'
import type { Socket, SocketEvents } from './socket.js'
import { type Rates, Throttle, type Throttled } from './throttle.js'

export interface ConnectionOptions extends ToldAccessOptions {
  /** For the log. */
  readonly id: string
  readonly socket: Socket
  readonly log: Log
  readonly heartbeat: Heartbeat
  /** Bytes queued for this client at which it counts as behind. */
  readonly sendBudgetBytes: number
  readonly rates: Rates
  readonly onClosed: (connection: Connection) => void
  /** The client sent a new token, or an empty one to be told of its rights. */
  readonly onToken?: (connection: Connection, token: string) => void
}

export class Connection implements Member, SocketEvents, Throttled, Sent {
  readonly id: string
  readonly codec: Codec
  readonly #options: ConnectionOptions
  readonly #outbox: Outbox
  readonly #access: ToldAccess
  readonly throttle: Throttle
  #room: Room | undefined
  #closed = false
  /** Frames that came before the room was loaded. */
  #early: Uint8Array[] = []
  #conversation: Conversation | undefined
  #cancelProbe: (() => void) | undefined
  /** Where heartbeat.ts keeps it while nothing happens. */
  calmAmong: Set<Connection> | undefined
  /** Reasons for which nothing is read from the client: what is unsaved (intake.ts), what it sends (throttle.ts). */
  #holds = 0
  #lastHeard: number

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.id = options.id
    this.codec = options.codec
    this.#lastHeard = options.clock.now()
    // Written out, here and below: a copy of all options for each part would be a third of what a connection holds.
    const { socket, clock, sendBudgetBytes } = options
    this.#outbox = new Outbox({ socket, clock, sendBudgetBytes, client: this })
    this.#access = new ToldAccess(options, this.#outbox)
    this.throttle = new Throttle(this, options.rates, options.clock)
    options.socket.pause()
    options.heartbeat.stirred(this)
  }

  get isClosed(): boolean {
    return this.#closed
  }

  get author(): string | undefined {
    return this.#access.author
  }

  /** What this client may do from now on; it is told. Before it enters a room, and whenever that changes. */
  allow(access: Access): void {
    if (this.#closed) return
    this.#access.set(access)
    if (!this.#room) return
    this.#access.tell()
    if (this.#access.isHidden) this.#room.hide(this)
    if (this.#access.mayWrite) this.#conversation?.mayWrite()
  }

  /** Tells the client what it may do, if it understands that. */
  tellAccess(more?: Pick<AccessNotice, 'refused'>): void {
    this.#access.tell(more)
  }

  /** One that waits for its room or is held back is not listened to, so nothing can be held against it. */
  get lastHeard(): number {
    return this.#room && this.#holds === 0 ? this.#lastHeard : this.#options.clock.now()
  }

  get lastSent(): number {
    return this.#outbox.lastSent
  }

  /** The room is loaded: what waited is handled now, in order. */
  enter(room: Room): void {
    if (this.#closed) return
    this.#room = room
    const { id, codec, clock, log, socket } = this.#options
    const whenFetched = (ready: () => void): ((error?: unknown) => void) => this.#whenFetched(ready)
    this.#conversation = new Conversation({
      id, codec, clock, log, room,
      member: this, outbox: this.#outbox, access: this.#access,
      whenFetched,
      ping: () => socket.ping(),
      hearToken: (token) => this.#options.onToken?.(this, token),
    })
    this.#lastHeard = clock.now()
    this.#outbox.follow(new NewsOfRoom(room, codec, whenFetched))
    // Before anything of the document, so that an editor is never open for typing that would be refused.
    this.#access.tell()
    room.join(this)
    for (const frame of this.#early.splice(0)) this.received(frame)
    if (this.#holds === 0) socket.resume()
  }

  /** Nothing more is read from the client until as many calls of `goOn`. */
  hold(): void {
    this.#holds++
    this.#options.socket.pause()
  }

  goOn(): void {
    if (--this.#holds > 0) return
    this.#lastHeard = this.#options.clock.now()
    if (this.#room) this.#options.socket.resume()
  }

  received(frame: Uint8Array): void {
    if (this.#closed) return
    this.heard(frame.length)
    if (!this.#conversation) {
      this.#early.push(frame)
      return
    }
    try {
      this.#conversation.received(frame)
    } catch (error) {
      this.#refuseAfter(error)
    }
  }

  documentStored(): void {
    this.#conversation?.documentStored()
  }

  send(messages: readonly Uint8Array[]): void {
    this.#outbox.send(messages)
  }

  sent(): void {
    if (this.calmAmong) this.#options.heartbeat.stirred(this)
  }

  heard(bytes = 0): void {
    this.#lastHeard = this.#options.clock.now()
    if (this.calmAmong) this.#options.heartbeat.stirred(this)
    this.#cancelProbe?.()
    this.#cancelProbe = undefined
    if (!this.#closed) this.throttle.came(bytes, this.#lastHeard)
  }

  probe(): void {
    if (this.#closed || this.#cancelProbe) return
    this.#options.socket.ping()
    this.#cancelProbe = this.#options.clock.after(PROBE_MS, () => this.drop())
  }

  /** Asks for a sign of life, sends something that says nothing, for proxies and stock clients, or both in one write. */
  sign(asks: boolean, keepsAlive: boolean): void {
    if (keepsAlive) this.#outbox.keepAlive(this.codec.keepAlive, asks)
    else if (asks) this.#options.socket.ping()
  }

  /**
   * Looks whether anything was lost on the way. To be called every few seconds.
   * @param mustSend whether something has to be sent anyway
   * @returns whether there is nothing to look for until something is sent or heard, or has to be sent
   */
  look(mustSend: boolean): boolean {
    this.throttle.look(this.#options.clock.now())
    return this.#conversation?.look(this.#lastHeard, mustSend) === true && !this.throttle.isFlooded
  }

  /** Ends the connection with a code of the table; `detail` is for the log alone. */
  close(code: RefusalCode, detail: string): void {
    if (this.#closed) return
    const refusal = REFUSALS[code]
    const closeCode = 'closeCode' in refusal ? refusal.closeCode : REFUSALS.internal.closeCode
    this.#options.log.info({ room: this.#room?.name, connection: this.id, code, detail }, 'closing connection')
    this.#options.socket.close(closeCode, refusal.text)
    this.closed()
  }

  /** Ends the connection without a goodbye: the peer is dead. */
  drop(): void {
    this.#options.socket.terminate()
    this.closed()
  }

  closed(): void {
    if (this.#closed) return
    this.#closed = true
    this.#options.heartbeat.forget(this)
    this.#cancelProbe?.()
    this.throttle.close()
    this.#early = []
    this.#outbox.close()
    const room = this.#room
    // Whoever still knows of this connection must not keep a whole document in memory with it.
    this.#room = undefined
    this.#conversation?.close()
    this.#conversation = undefined
    room?.leave(this)
    this.#options.onClosed(this)
  }

  /** Goes on with what had to be fetched; where that failed, or going on does, it is this connection's end alone. */
  #whenFetched(ready: () => void): (error?: unknown) => void {
    return (error) => {
      try {
        if (error !== undefined) throw error
        ready()
      } catch (reason) {
        this.#refuseAfter(reason)
      }
    }
  }

  #refuseAfter(error: unknown): void {
    const code = refusalCodeOf(error)
    if (code === 'internal') this.#options.log.error({ err: error, room: this.#room?.name, connection: this.id }, 'message failed')
    this.close(code, error instanceof Error ? error.message : 'unknown error')
  }
}
