/**
 * One client in one room, over any transport.
 *
 * Owns: the client's way in (waiting for the room, messages in order, refusals) and its life signs.
 * Does not own: the way out (outbox.ts), the transport (socket.ts), the dialect's bytes (codec.ts), the
 * document (room.ts).
 * Always holds:
 *  - no message is handled before the room is loaded, so the first step 2 is never an empty one;
 *  - "saved" is not answered while the client knows something that the room could not take in (a gap).
 */
import { decodeAwareness, decodeStateVector, type RefusalCode, REFUSALS } from '@cowrite/protocol'
import type { Clock } from './clock.js'
import type { Codec } from './codec.js'
import { Gap } from './gap.js'
import type { Log } from './log.js'
import { Outbox } from './outbox.js'
import { PROBE_MS } from './presence.js'
import { refusalCodeOf, Refused } from './refusal.js'
import type { Member, Room } from './room.js'
import type { Socket, SocketEvents } from './socket.js'

export interface ConnectionOptions {
  /** For the log. */
  readonly id: string
  readonly socket: Socket
  readonly codec: Codec
  readonly author: string | undefined
  readonly clock: Clock
  readonly log: Log
  /** Bytes queued for this client at which it counts as behind. */
  readonly sendBudgetBytes: number
  readonly onClosed: (connection: Connection) => void
}

export class Connection implements Member, SocketEvents {
  readonly id: string
  readonly codec: Codec
  readonly author: string | undefined
  readonly #options: ConnectionOptions
  readonly #outbox: Outbox
  #room: Room | undefined
  #closed = false
  /** Frames that came before the room was loaded. */
  #early: Uint8Array[] = []
  readonly #gap = new Gap()
  #cancelProbe: (() => void) | undefined
  /** Frames are answered in order, so before its answer to the room's step 1 the client has heard of nobody here. */
  #answeredStep1 = false
  #isHeld = false
  #lastHeard: number

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.id = options.id
    this.codec = options.codec
    this.author = options.author
    this.#lastHeard = options.clock.now()
    this.#outbox = new Outbox({ ...options, onOverload: () => this.close('overloaded', 'asks without reading') })
    options.socket.pause()
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /**
   * Milliseconds by the clock at which anything last came from the client. One that waits for its room
   * or is held back is not listened to, so nothing can be held against it.
   */
  get lastHeard(): number {
    return this.#room && !this.#isHeld ? this.#lastHeard : this.#options.clock.now()
  }

  /** Milliseconds by the clock at which anything was last sent to the client. */
  get lastSent(): number {
    return this.#outbox.lastSent
  }

  /** The room is loaded: what waited is handled now, in order. */
  enter(room: Room): void {
    if (this.#closed) return
    this.#room = room
    this.#lastHeard = this.#options.clock.now()
    this.#outbox.follow({
      position: () => room.state.committedVector(),
      fetch: (position, ready) => room.answers.fetch(position, this.#whenFetched(ready)),
      since: (position) => [
        { make: () => room.answers.news(this.codec, position) },
        { make: () => [this.codec.awareness(room.presence.everybodyAndWhoLeft())] },
      ],
    })
    room.join(this)
    const early = this.#early
    this.#early = []
    for (const frame of early) this.received(frame)
    if (!this.#isHeld) this.#options.socket.resume()
  }

  /** Nothing more is read from the client until `goOn`. */
  hold(): void {
    this.#isHeld = true
    this.#options.socket.pause()
  }

  goOn(): void {
    this.#isHeld = false
    this.#lastHeard = this.#options.clock.now()
    if (this.#room) this.#options.socket.resume()
  }

  received(frame: Uint8Array): void {
    if (this.#closed) return
    this.heard()
    const room = this.#room
    if (!room) {
      this.#early.push(frame)
      return
    }
    try {
      this.#handle(room, frame)
    } catch (error) {
      this.#refuseAfter(error)
    }
  }

  #handle(room: Room, frame: Uint8Array): void {
    const message = this.codec.decode(frame)
    switch (message.type) {
      case 'step1': {
        const peer = decodeStateVector(message.stateVector)
        // Neither is it sent anything of what took the place of its copy.
        if (room.state.holdsFormer(peer)) throw new Refused('outdated', 'holds content of a former lineage')
        this.#outbox.answer({
          fetch: (ready) => room.answers.fetch(peer, this.#whenFetched(ready)),
          make: () => room.answers.step2(this.codec, peer),
        })
        return
      }
      case 'step2':
        this.#answeredStep1 = true
        this.#takeUpdate(room, message.update, message.type)
        return
      case 'update':
        this.#takeUpdate(room, message.update, message.type)
        return
      case 'awareness':
        room.receivePresence(this, decodeAwareness(message.update), !this.#answeredStep1)
        return
      case 'queryAwareness': {
        const everybody = room.presence.everybody()
        if (everybody) this.#outbox.answer({ make: () => [this.codec.awareness(everybody)] })
        return
      }
      case 'saved': {
        // The frame's bytes may be reused once this returns to the transport; the answer may come later.
        const payload = message.payload.slice()
        this.#gap.whenClosed(() => this.#answerSaved(room, payload))
      }
    }
  }

  #takeUpdate(room: Room, update: Uint8Array, type: 'step2' | 'update'): void {
    const verdict = room.accept(update, this.author)
    if (this.#gap.shown(verdict === 'gap', type)) {
      this.#options.log.debug({ room: room.name, connection: this.id }, 'update with a gap')
      this.#outbox.answer({ make: () => [this.codec.step1(room.state.acceptedVector())] })
    }
  }

  #answerSaved(room: Room, payload: Uint8Array): void {
    // What never will be saved ends the connection; there is nothing to answer then.
    room.whenSaved((error) => error ?? this.#outbox.answer({ make: () => [this.codec.saved(payload)] }))
  }

  send(messages: readonly Uint8Array[]): void {
    this.#outbox.send(messages)
  }

  heard(): void {
    this.#lastHeard = this.#options.clock.now()
    this.#cancelProbe?.()
    this.#cancelProbe = undefined
  }

  probe(): void {
    if (this.#closed || this.#cancelProbe) return
    this.#options.socket.ping()
    this.#cancelProbe = this.#options.clock.after(PROBE_MS, () => this.drop())
  }

  ping(): void {
    if (!this.#closed) this.#options.socket.ping()
  }

  /** Sends something that says nothing, to keep proxies and stock clients content. */
  keepAlive(): void {
    this.#outbox.keepAlive(this.codec.keepAlive)
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
    this.#cancelProbe?.()
    this.#early = []
    this.#outbox.close()
    const room = this.#room
    // Whoever still knows of this connection must not keep a whole document in memory with it.
    this.#room = undefined
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
