/**
 * TCP connections that have not said what they want.
 *
 * Owns: how many of them there may be, and which has to go.
 * Does not own: how long each may take for a request (the HTTP server's timeouts), those with a request
 * under way, and those that have become a WebSocket.
 * Always holds: they keep nobody out: one too many costs the one its place that has waited longest.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** In the order in which they began to wait. */
export class WaitingSockets {
  readonly #most: number
  readonly #waiting = new Set<Duplex>()

  constructor(server: Server, most: number) {
    this.#most = most
    const waiting = this.#waiting
    // One function for all: ten thousand of them would be a megabyte.
    const forget = function (this: Duplex): void {
      waiting.delete(this)
    }
    server.on('connection', (socket: Socket) => {
      socket.once('close', forget)
      this.#add(socket)
    })
    server.on('upgrade', (_request: IncomingMessage, duplex: Duplex) => waiting.delete(duplex))
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      waiting.delete(socket)
      response.once('close', () => {
        if (!socket.destroyed) this.#add(socket)
      })
    })
  }

  get size(): number {
    return this.#waiting.size
  }

  has(duplex: Duplex): boolean {
    return this.#waiting.has(duplex)
  }

  #add(socket: Duplex): void {
    this.#waiting.add(socket)
    if (this.#waiting.size <= this.#most) return
    const [longest] = this.#waiting
    longest?.destroy()
    if (longest) this.#waiting.delete(longest)
  }
}
