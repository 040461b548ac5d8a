/**
 * A network on virtual time between real clients and the parts of a real server.
 *
 * Owns: a WebSocket class for clients whose other end is a server's connection, with latency and broken frames.
 * Does not own: time (the test fakes the timers), what breaks (frame-faults.ts).
 * Always holds: what is not late arrives in the order in which it was sent.
 */
import { MemoryStorage, compactDocument } from '@cowrite/persistence'
import { Committer, Connection, defaultSettings, Heartbeat, type Log, OPEN_ACCESS, Rooms, type Socket, systemClock, yWebsocketCodec } from '@cowrite/server'
import type { Direction, FrameFaults } from './frame-faults.js'

/** One way, in milliseconds. */
const LATENCY_MS = 20
/** How much later a frame comes that others overtake, in milliseconds. */
const LATE_MS = 200

export class VirtualServer {
  readonly disk = new MemoryStorage()
  readonly rooms: Rooms
  readonly #connections = new Set<Connection>()
  readonly #log: Log
  readonly #heartbeat = new Heartbeat(systemClock)

  constructor(log: Log) {
    this.#log = log
    const clock = systemClock
    const committer = new Committer({ storage: this.disk, clock, log, maxUnsavedBytes: 64 * 1024 * 1024 })
    const compactor = { compact: async (...of: Parameters<typeof compactDocument>) => compactDocument(...of) }
    this.rooms = new Rooms({
      ...defaultSettings(),
      storage: this.disk, committer, compactor, clock, log,
      compactAfterUpdates: 200, unloadAfterMs: 10_000, snapshotCacheBytes: 1024 * 1024,
    })
  }

  accept(id: string, socket: Socket, document: string): Connection {
    const connection = new Connection({
      id, socket, codec: yWebsocketCodec, speaksCowrite: false, readerCarets: true, clock: systemClock, log: this.#log, heartbeat: this.#heartbeat,
      sendBudgetBytes: 1024 * 1024, rates: defaultSettings(), onClosed: (closed) => this.#connections.delete(closed),
    })
    this.#connections.add(connection)
    connection.allow(OPEN_ACCESS)
    void this.rooms.enter(document, connection)
    return connection
  }

  async stop(): Promise<void> {
    this.#heartbeat.stop()
    await this.rooms.stop()
  }
}

/** The class of WebSockets with which this client reaches the server. */
export function webSocketOf(server: VirtualServer, faults: FrameFaults, client: number): typeof WebSocket {
  return class extends VirtualWebSocket {
    constructor(url: string) {
      super(server, faults, client, decodeURIComponent(new URL(url).pathname.slice(1)))
    }
  } as unknown as typeof WebSocket
}

class VirtualWebSocket {
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSING = 2
  readonly CLOSED = 3
  readyState = 0
  binaryType = 'arraybuffer'
  onopen: (() => void) | null = null
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  onerror: (() => void) | null = null
  readonly #faults: FrameFaults
  readonly #client: number
  #connection: Connection | undefined

  constructor(server: VirtualServer, faults: FrameFaults, client: number, document: string) {
    this.#faults = faults
    this.#client = client
    setTimeout(() => {
      if (this.readyState !== this.CONNECTING) return
      this.readyState = this.OPEN
      this.#connection = server.accept(String(client), this.#serverSide(), document)
      this.onopen?.()
    }, LATENCY_MS)
  }

  send(frame: Uint8Array): void {
    if (this.readyState !== this.OPEN) return
    const bytes = frame.slice()
    this.#carry('to server', bytes, () => this.#connection?.received(bytes.slice()))
  }

  close(): void {
    this.#end(1000, '')
  }

  #serverSide(): Socket {
    const send = (messages: readonly Uint8Array[]): void => {
      for (const message of messages) {
        const bytes = message.slice()
        this.#carry('to client', bytes, () => {
          if (this.readyState === this.OPEN) this.onmessage?.({ data: bytes.slice().buffer })
        })
      }
    }
    return {
      send,
      bufferedBytes: 0,
      whenDrained: (callback) => void setTimeout(callback, LATENCY_MS),
      close: (code, reason) => void setTimeout(() => this.#end(code, reason), LATENCY_MS),
      terminate: () => this.#end(1006, ''),
      ping: (messages = []) => {
        setTimeout(() => this.#connection?.heard(), 2 * LATENCY_MS)
        send(messages)
      },
      pause: () => {},
      resume: () => {},
    }
  }

  #carry(direction: Direction, frame: Uint8Array, arrive: () => void): void {
    const fate = this.#faults.fateOf(this.#client, direction, frame)
    if (fate === 'drop') return
    setTimeout(arrive, fate === 'late' ? LATE_MS : LATENCY_MS)
    if (fate === 'double') setTimeout(arrive, LATENCY_MS)
  }

  #end(code: number, reason: string): void {
    if (this.readyState === this.CLOSED) return
    this.readyState = this.CLOSED
    setTimeout(() => this.#connection?.closed(), LATENCY_MS)
    this.onclose?.({ code, reason })
  }
}
