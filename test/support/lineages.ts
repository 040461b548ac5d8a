/**
 * Peers in a world whose document is deleted, restored and created anew.
 *
 * Owns: letting verbs of rooms run while the world moves, and which socket is whose.
 * Does not own: the world (room-world.ts), the peers.
 */
import type { Peer } from './peer.js'
import type { QueuedSocket } from './queued-socket.js'
import type { World } from './room-world.js'

export class Crowd {
  readonly #sockets = new Map<Peer, QueuedSocket>()
  constructor(readonly world: World) {}

  /** Runs one of the verbs of rooms while the world moves on. */
  async during<T>(work: Promise<T>): Promise<T> {
    const [[outcome]] = await Promise.all([Promise.allSettled([work]), this.world.settle()])
    await this.world.settle()
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  }

  async join(peer: Peer): Promise<void> {
    this.#sockets.set(peer, await this.world.join(peer))
  }

  /** The connections break; the clients keep what they have. */
  async leave(...peers: Peer[]): Promise<void> {
    for (const peer of peers) this.#sockets.get(peer)?.reset()
    await this.world.settle()
  }

  /** So many peers that have each written something. */
  async writing(count: number): Promise<Peer[]> {
    const peers = Array.from({ length: count }, () => this.world.peer())
    for (const peer of peers) await this.join(peer)
    for (const [id, peer] of peers.entries()) peer.type(0, `${id} was here. `)
    await this.world.settle()
    return peers
  }

  /** What would be loaded from the disk now. */
  async storedText(): Promise<string> {
    return (await this.world.stored()).getText('text').toString()
  }
}
