/**
 * A whole server without ports, threads, disks or waiting: rooms, committer and storage on a virtual
 * clock, with peers on queued sockets.
 *
 * Owns: wiring the parts as server.ts does, delivering what is under way, and the end of the world (a
 * crash: everything in memory is gone, what storage committed stays).
 * Does not own: what peers do, what storage does wrong (`faults`).
 * Always holds: nothing moves but by `settle`, `pass` or a delivery by hand; compaction is the real
 * one, run in place instead of in a thread.
 */
import { compactDocument, MemoryStorage, type Storage } from '@cowrite/persistence'
import { FaultyStorage } from '@cowrite/persistence/contract'
import {
  Admission, Committer, Connection, defaultSettings, forgottenAtTheEnd, Heartbeat, Intake, LiveAccess, makeDoor, Revocations, Rooms, type Settings,
  yWebsocketCodec,
} from '@cowrite/server'
import * as Y from 'yjs'
import { logLines } from './log-lines.js'
import { Peer } from './peer.js'
import { QueuedSocket } from './queued-socket.js'
import { VirtualClock } from './virtual-clock.js'
import { watched } from './watched-door.js'

export interface WorldOptions {
  /** What is under the faults; outlives a crash. Default: a new MemoryStorage. */
  readonly disk?: Storage
  readonly compactAfterUpdates?: number
  readonly unloadAfterMs?: number
  readonly maxUnsavedBytes?: number
  readonly sendBudgetBytes?: number
  readonly snapshotCacheBytes?: number
  /** Settings of the login; without any nobody logs in. */
  readonly login?: Partial<Settings>
  /** Settings of what a connection may send, and of how many there may be. */
  readonly limits?: Partial<Settings>
}

/** What a client says of itself when it connects. */
export interface Arrival {
  readonly token?: string
  readonly speaksCowrite?: boolean
}

/** Rounds of deliveries after which it is clear that they will never end. */
const MOST_ROUNDS = 2_000

interface Node {
  readonly faults: FaultyStorage
  readonly committer: Committer
  readonly rooms: Rooms
  readonly connections: Set<Connection>
  readonly heartbeat: Heartbeat
  readonly intake: Intake
  readonly live: LiveAccess
  readonly admission: Admission
  readonly settings: Settings
}

export class World {
  readonly clock = new VirtualClock()
  readonly log = logLines()
  readonly disk: Storage
  readonly sockets = new Set<QueuedSocket>()
  readonly peers: Peer[] = []
  /** Sees every frame when the server sends it, on sockets that nobody else watches. */
  onSend: ((socket: QueuedSocket, frame: Uint8Array) => void) | undefined
  readonly #options: WorldOptions
  #node: Node
  /** Tokens that are looked at now: cryptography is done by threads, whatever the virtual clock says. */
  readonly #identifying = new Set<Promise<unknown>>()
  #lastId = 0

  constructor(options: WorldOptions = {}) {
    this.#options = options
    this.disk = options.disk ?? new MemoryStorage()
    this.#node = this.#boot()
  }

  /** The storage as the server sees it, where faults are asked for. */
  get faults(): FaultyStorage {
    return this.#node.faults
  }

  get committer(): Committer {
    return this.#node.committer
  }

  get rooms(): Rooms {
    return this.#node.rooms
  }

  get connections(): ReadonlySet<Connection> {
    return this.#node.connections
  }

  get live(): LiveAccess {
    return this.#node.live
  }

  /** A client that has not connected yet. */
  peer(client?: number): Peer {
    const peer = new Peer(client)
    this.peers.push(peer)
    return peer
  }

  /** Opens a connection of a stock client and moves nothing yet. */
  connect(peer: Peer, document = 'story', socket = new QueuedSocket(peer), arrival: Arrival = {}): QueuedSocket {
    peer.speaksCowrite = arrival.speaksCowrite ?? false
    this.open(socket, document, arrival)
    peer.connect(socket)
    return socket
  }

  /** Opens a connection of whatever is at its other end. */
  open(socket: QueuedSocket, document = 'story', { token, speaksCowrite = false }: Arrival = {}): void {
    const { live, connections, heartbeat, intake, admission, settings } = this.#node
    socket.onSend ??= (frame) => this.onSend?.(socket, frame)
    const connection = new Connection({
      id: String(++this.#lastId),
      socket,
      codec: yWebsocketCodec,
      speaksCowrite,
      readerCarets: this.#options.login?.readerCarets !== 'off',
      clock: this.clock,
      log: this.log,
      heartbeat,
      sendBudgetBytes: this.#options.sendBudgetBytes ?? 1024 * 1024,
      rates: settings,
      onToken: (of, renewed) => live.renew(of, renewed),
      onClosed: (closed) => {
        connections.delete(closed)
        admission.left(closed)
        live.left(closed)
      },
    })
    connections.add(connection)
    admission.arrived(connection, undefined)
    if (intake.isHolding) connection.hold()
    socket.attach(connection)
    this.sockets.add(socket)
    void live.enter(document, connection, token)
  }

  /** Opens a connection and lets everything happen that follows. */
  async join(peer: Peer, document = 'story', arrival: Arrival = {}): Promise<QueuedSocket> {
    const socket = this.connect(peer, document, undefined, arrival)
    await this.settle()
    return socket
  }

  /** A new client, joined. */
  async newcomer(document = 'story', arrival: Arrival = {}): Promise<Peer> {
    const peer = this.peer()
    await this.join(peer, document, arrival)
    return peer
  }

  /** Lets promises run, and nothing else. */
  async turn(): Promise<void> {
    // Storage and compaction are all promises here, so one round of the event loop exhausts them.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#identifying.size > 0) {
      await Promise.allSettled(this.#identifying)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Delivers everything and lets every consequence happen, until nothing moves. No time passes. */
  async settle(): Promise<void> {
    for (let rounds = 0; ; rounds++) {
      if (rounds > MOST_ROUNDS) throw new Error('the world never comes to rest')
      await this.turn()
      let moved = 0
      for (const socket of this.sockets) moved += socket.deliverToServer() + socket.deliverToClient()
      while (this.clock.ringNext()) moved++
      if (moved === 0) break
    }
    for (const socket of this.sockets) if (socket.isOver) this.sockets.delete(socket)
  }

  /** Time passes, in milliseconds; everything happens in its order. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms
    await this.settle()
    while (this.clock.ringNext(until)) await this.settle()
    this.clock.spend(until - this.clock.now())
    await this.settle()
  }

  /** Time passes, in milliseconds, and nothing is delivered. */
  async elapse(ms: number): Promise<void> {
    const until = this.clock.now() + ms
    await this.turn()
    while (this.clock.ringNext(until)) await this.turn()
    this.clock.spend(until - this.clock.now())
  }

  /** The process dies and is started anew: peers lose their connections, whatever was not on disk is gone. */
  async crash(): Promise<void> {
    const { faults } = this.#node
    // What the dead process still tries never reaches the disk.
    faults.plan = () => ({ kind: 'stall' })
    this.clock.forget()
    for (const socket of this.sockets) {
      socket.attach({ received: () => {}, heard: () => {}, closed: () => {} })
      socket.reset()
    }
    this.sockets.clear()
    await this.turn()
    this.#node = this.#boot()
  }

  /** The document as it would be loaded from the disk now. */
  async stored(document = 'story'): Promise<Y.Doc> {
    const doc = new Y.Doc()
    const stored = await this.disk.load(document)
    if (stored?.snapshot) Y.applyUpdate(doc, stored.snapshot.update)
    for (const { update } of stored?.tail ?? []) Y.applyUpdate(doc, update)
    return doc
  }

  /** Ends all peers. */
  end(): void {
    for (const peer of this.peers) peer.destroy()
  }

  #boot(): Node {
    const { clock, log } = this
    const { maxUnsavedBytes = 64 * 1024 * 1024, compactAfterUpdates = 500, unloadAfterMs = 5_000 } = this.#options
    const { snapshotCacheBytes = 64 * 1024 * 1024 } = this.#options
    const faults = new FaultyStorage(this.disk)
    const connections = new Set<Connection>()
    const intake = new Intake(connections, maxUnsavedBytes)
    const committer = new Committer({ storage: faults, clock, log, maxUnsavedBytes, onUnsaved: (unsaved) => intake.look(unsaved) })
    const compactor = { compact: async (...of: Parameters<typeof compactDocument>) => compactDocument(...of) }
    const settings = { ...defaultSettings(), ...this.#options.login, ...this.#options.limits }
    const rooms = new Rooms({
      ...settings, storage: faults, committer, compactor, clock, log, compactAfterUpdates, unloadAfterMs, snapshotCacheBytes,
    })
    const heartbeat = new Heartbeat(clock)
    const admission = new Admission(settings, clock)
    const revocations = new Revocations(forgottenAtTheEnd, clock, settings.maxTokenAgeMs)
    void revocations.load()
    const live = new LiveAccess({
      ...settings, door: watched(makeDoor(settings, { clock, log, revocations }), this.#identifying), rooms, revocations, clock, admission,
    })
    return { faults, committer, rooms, connections, heartbeat, intake, live, admission, settings }
  }
}
