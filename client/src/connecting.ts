/**
 * Whether there is a connection, whether one is wanted, and why there is none.
 *
 * Owns: the word for it, and starting and ending attempts.
 * Does not own: the attempts and their pauses (y-websocket), what travels.
 * Always holds: after a refusal only `connect` tries again; nothing is tried before the provider is ready.
 */
import type { WebsocketProvider } from 'y-websocket'
import type { ConnectionStatus, RefusalNotice } from './status.js'

export class Connecting {
  readonly #sync: WebsocketProvider
  readonly #isReady: () => boolean
  readonly #onChange: () => void
  #status: ConnectionStatus = 'offline'
  #refusal: RefusalNotice | undefined
  /** When the connection was opened, in milliseconds of `performance.now()`. */
  #since = 0
  /** What the app asked for; y-websocket's `shouldConnect` also turns false when the server refuses. */
  #wanted = false

  constructor(sync: WebsocketProvider, isReady: () => boolean, onChange: () => void) {
    this.#sync = sync
    this.#isReady = isReady
    this.#onChange = onChange
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  get refusal(): RefusalNotice | undefined {
    return this.#refusal
  }

  get since(): number {
    return this.#since
  }

  connect(): void {
    if (this.#wanted && this.#status !== 'refused') return
    this.#wanted = true
    this.#become('connecting')
    if (this.#isReady()) this.#sync.connect()
  }

  disconnect(): void {
    this.#wanted = false
    this.#sync.disconnect()
    this.#become('offline')
  }

  /** The provider has become ready. */
  ready(): void {
    if (this.#wanted) this.#sync.connect()
  }

  /** Without waiting for the backoff; not after a refusal, and not when the app wants no connection. */
  reconnect(): void {
    if (!this.#wanted || this.#refusal || !this.#isReady()) return
    this.#sync.disconnect()
    this.#sync.connect()
  }

  opened(): void {
    this.#since = performance.now()
    this.#become('connected')
  }

  lost(): void {
    this.#become('offline')
  }

  refused(refusal: RefusalNotice): void {
    this.#become('refused', refusal)
  }

  #become(status: ConnectionStatus, refusal?: RefusalNotice): void {
    this.#status = status
    this.#refusal = refusal
    this.#onChange()
  }
}
