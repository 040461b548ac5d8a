/**
 * A connection without a network: two queues that a test empties by hand.
 *
 * Owns: both directions between one client and one server connection, and the ways in which they end.
 * Does not own: what the frames mean, nor who delivers when (room-world.ts).
 * Always holds: what was sent arrives in order or, where a test loses it, not at all; nothing arrives before
 * `deliver…`; the server hears of the end exactly once, last.
 */
import type { Socket, SocketEvents } from '@cowrite/server'

/** The client's side of a connection. */
export interface ClientEvents {
  received(frame: Uint8Array): void
  /** @param code the server's close code; undefined when the connection broke */
  closed(code: number | undefined): void
}

type ToServer = { frame: Uint8Array } | 'pong' | 'end'
type ToClient = { frame: Uint8Array } | { drained: () => void } | { closed: number | undefined } | 'ping'

export class QueuedSocket implements Socket {
  readonly #toServer: ToServer[] = []
  readonly #toClient: ToClient[] = []
  #server: SocketEvents | undefined
  #client: ClientEvents
  #bufferedBytes = 0
  #paused = false
  /** No more comes from the client. */
  #clientGone = false
  /** The server has said its last. */
  #serverGone = false
  #serverTold = false
  #dead = false
  /** Sees every frame at the moment at which the server sends it. */
  onSend: ((frame: Uint8Array) => void) | undefined
  /** Sees every frame at the moment at which the client sends it. */
  onClientSend: ((frame: Uint8Array) => void) | undefined

  constructor(client: ClientEvents) {
    this.#client = client
  }

  /** Where frames go; once, before anything is delivered. */
  attach(server: SocketEvents): void {
    this.#server = server
  }

  // The server's side.

  send(messages: readonly Uint8Array[]): void {
    for (const message of messages) this.#sendOne(message)
  }

  #sendOne(frame: Uint8Array): void {
    if (this.#serverGone) return
    this.onSend?.(frame)
    this.#bufferedBytes += frame.length
    this.#toClient.push({ frame })
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  whenDrained(callback: () => void): void {
    if (!this.#serverGone) this.#toClient.push({ drained: callback })
  }

  close(code: number): void {
    if (this.#serverGone) return
    this.#serverGone = true
    this.#toClient.push({ closed: code })
  }

  terminate(): void {
    this.#serverGone = true
    this.#toClient.length = 0
    this.#toServer.length = 0
    this.#bufferedBytes = 0
    this.#toClient.push({ closed: undefined })
    this.#tellServer()
  }

  ping(messages: readonly Uint8Array[] = []): void {
    if (this.#serverGone) return
    this.#toClient.push('ping')
    this.send(messages)
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
  }

  // The client's side.

  clientSend(frame: Uint8Array): void {
    if (this.#clientGone) return
    this.onClientSend?.(frame)
    this.#toServer.push({ frame })
  }

  /** The client ends it properly: what it sent before arrives, then the end. */
  leave(): void {
    this.#endClient()
    this.#toServer.push('end')
  }

  /** The connection breaks, and the server notices: what was under way is lost. */
  reset(): void {
    this.#endClient()
    this.#toServer.length = 0
    this.#toServer.push('end')
    this.#paused = false
  }

  /** The network is gone, and nobody notices: nothing passes any more in either direction. */
  die(): void {
    this.#dead = true
  }

  /** The client gives a dead connection up; the server does not learn of it. */
  abandon(): void {
    this.die()
    this.#endClient()
  }

  get isDead(): boolean {
    return this.#dead
  }

  /** Frames and signs under way to the server. */
  get underWayToServer(): number {
    return this.#dead ? 0 : this.#toServer.length
  }

  get underWayToClient(): number {
    return this.#dead ? 0 : this.#toClient.length
  }

  /** Whether both sides know that it is over. */
  get isOver(): boolean {
    return this.#serverTold && (this.#clientGone || this.#dead)
  }

  /** Lets what is under way now through to the server, at most `limit` frames. @returns how many things arrived */
  deliverToServer(limit = this.#toServer.length): number {
    let arrived = 0
    while (arrived < limit && !this.#dead && !this.#paused) {
      const next = this.#toServer.shift()
      if (next === undefined) break
      arrived++
      if (next === 'end') this.#tellServer()
      else if (this.#serverTold) continue
      else if (next === 'pong') this.#server?.heard()
      else this.#server?.received(next.frame)
    }
    return arrived
  }

  /** Lets what is under way now through to the client, at most `limit` frames. @returns how many things arrived */
  deliverToClient(limit = this.#toClient.length): number {
    let arrived = 0
    while (arrived < limit && !this.#dead) {
      const next = this.#toClient.shift()
      if (next === undefined) break
      arrived++
      if (next === 'ping') this.#clientAnswersPing()
      else if ('drained' in next) next.drained()
      else if ('frame' in next) {
        this.#bufferedBytes -= next.frame.length
        if (!this.#clientGone) this.#client.received(next.frame)
      } else this.#arriveClosed(next.closed)
    }
    return arrived
  }

  /** Loses the frames that are under way to the server now, and nothing else. @returns how many */
  loseToServer(): number {
    const kept = this.#toServer.filter((item) => typeof item === 'string')
    const lost = this.#toServer.length - kept.length
    this.#toServer.splice(0, Infinity, ...kept)
    return lost
  }

  /** Loses the frames that are under way to the client now, and nothing else. @returns how many */
  loseToClient(): number {
    const kept: ToClient[] = []
    for (const item of this.#toClient) {
      if (typeof item === 'object' && 'frame' in item) this.#bufferedBytes -= item.frame.length
      else kept.push(item)
    }
    const lost = this.#toClient.length - kept.length
    this.#toClient.splice(0, Infinity, ...kept)
    return lost
  }

  #clientAnswersPing(): void {
    if (!this.#clientGone) this.#toServer.push('pong')
  }

  #arriveClosed(code: number | undefined): void {
    const client = this.#clientGone ? undefined : this.#client
    this.#clientGone = true
    this.#tellServer()
    client?.closed(code)
  }

  #endClient(): void {
    if (this.#clientGone) return
    this.#clientGone = true
    this.#client.closed(undefined)
  }

  #tellServer(): void {
    this.#serverGone = true
    if (this.#serverTold) return
    this.#serverTold = true
    this.#server?.closed()
  }
}
