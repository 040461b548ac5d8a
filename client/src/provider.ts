/**
 * One document, connected: the stock y-websocket provider and what it does not tell.
 *
 * Owns: the composition, and the status that comes of it.
 * Does not own: sync and presence messages and reconnecting (y-websocket), asking whether edits are saved
 * (saved-questions.ts), counting them (unsaved-ledger.ts), keeping them (unsaved-edits.ts), life signs
 * (life-signs.ts).
 * Always holds: `saved` is said only when the server has confirmed every local change to be on its disk.
 *
 * y-websocket is used through its public surface. Of its fields, `ws`, `wsconnected`, `shouldConnect`,
 * `messageHandlers`, `maxBackoffTime` and `wsUnsuccessfulReconnects` are read or set, all of them
 * in its published types (here and in stock-provider.ts and message-taps.ts).
 */
import { encodeStep1, isFinalCloseCode } from '@cowrite/protocol'
import { Awareness } from 'y-protocols/awareness'
import type { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { LifeSigns } from './life-signs.js'
import { tapMessages } from './message-taps.js'
import { type CowriteProviderOptions, DEFAULT_SAVE_WARNING_MS } from './options.js'
import { keepPresence } from './presence.js'
import { SavedQuestions } from './saved-questions.js'
import { type ConnectionStatus, noticeOf, type RefusalNotice, type Status } from './status.js'
import { StatusBoard } from './status-board.js'
import { createStockProvider, isOpen, targetOf } from './stock-provider.js'
import { createTabGuard, onWake } from './tab.js'
import { UnsavedEdits } from './unsaved-edits.js'
import { Waiters } from './waiters.js'

export class CowriteProvider {
  readonly ydoc: Y.Doc
  readonly awareness: Awareness
  readonly #sync: WebsocketProvider
  readonly #edits: UnsavedEdits
  readonly #questions: SavedQuestions
  readonly #life: LifeSigns
  readonly #guard: { set(up: boolean): void }
  readonly #board: StatusBoard
  readonly #waiters = new Waiters()
  /** Undoes what was set up outside this object, in order. */
  readonly #undo: (() => void)[] = []
  #connection: ConnectionStatus = 'offline'
  #refusal: RefusalNotice | undefined
  #connectedAt = 0
  #hasSynced = false
  /** What the app asked for; y-websocket's `shouldConnect` also turns false when the server refuses. */
  #wanted = false
  #destroyed: Promise<void> | undefined

  /** @throws TypeError at a bad address or name, and where there is no WebSocket. */
  constructor(options: CowriteProviderOptions) {
    const target = targetOf(options)
    const ydoc = (this.ydoc = options.ydoc ?? new Y.Doc())
    const awareness = (this.awareness = options.awareness ?? new Awareness(ydoc))
    const sync = (this.#sync = createStockProvider(target, options.params, ydoc, awareness))
    this.#guard = createTabGuard(options.protectTab ?? true)
    this.#questions = new SavedQuestions({
      send: (frame) => this.#send(frame),
      newest: () => this.#edits.newest,
      acknowledged: (through) => this.#edits.acknowledge(through),
    })
    // After y-websocket, whose own listener must have sent an update before a question follows it:
    // Yjs calls listeners in the order they were added.
    this.#edits = new UnsavedEdits({
      ydoc,
      key: { server: target.server, doc: options.doc },
      keep: options.keepUnsaved ?? true,
      isRemote: (origin) => origin === sync,
      onChange: (isNew) => {
        if (isNew) this.#questions.askSoon()
        this.#refresh()
      },
    })
    this.#life = new LifeSigns({
      ask: (isSecondTry) => this.#askForLife(isSecondTry),
      reconnect: () => this.#reconnect(),
      tick: () => this.#questions.askIfDue(),
    })
    this.#board = new StatusBoard(() => this.#facts(), options.saveWarningMs ?? DEFAULT_SAVE_WARNING_MS)
    this.#listen()
    if (this.#edits.isReading) void this.#connectWhenRead()
    keepPresence(sync)
    const onDocDestroyed = (): void => void this.destroy()
    ydoc.on('destroy', onDocDestroyed)
    this.#undo.push(
      onWake(() => this.#life.wake()),
      () => ydoc.off('destroy', onDocDestroyed),
      () => !options.awareness && awareness.destroy(),
      () => !options.ydoc && ydoc.destroy(),
    )
    if (options.connect ?? true) this.connect()
  }

  /** The status as it is now. */
  get status(): Status {
    return this.#board.current
  }

  /** Calls back whenever the status changes. @returns takes the listener away again. */
  onStatus(listener: (status: Status) => void): () => void {
    return this.#board.onChange(listener)
  }

  /**
   * Resolves when the first sync with the server is done: the document holds what the server had.
   * @throws Error when the server refuses this client, or at `destroy()`.
   */
  whenSynced(): Promise<void> {
    return this.#waiters.wait(() => this.#hasSynced, this.#hopeless())
  }

  /**
   * Resolves when every change that is known here now, including those that an earlier visit left in
   * this browser, is on the server's disk. Offline that takes until the connection is back.
   * @throws Error when the server refuses this client, or at `destroy()`.
   */
  flush(): Promise<void> {
    this.#questions.askSoon()
    return this.#waiters.wait(this.#edits.allSavedNow(), this.#hopeless())
  }

  /** Connects, or tries again after a refusal. Does nothing when connected, or when already trying. */
  connect(): void {
    if (this.#destroyed || (this.#wanted && this.#connection !== 'refused')) return
    this.#wanted = true
    this.#become('connecting')
    if (!this.#edits.isReading) this.#sync.connect()
  }

  /** Closes the connection and stays away until `connect()`. */
  disconnect(): void {
    this.#wanted = false
    this.#sync.disconnect()
    this.#become('offline')
  }

  /**
   * Ends everything for good: connection, timers, listeners. What is not saved stays kept for the next visit.
   * @returns resolves when this browser's storage has taken in what it was given.
   */
  destroy(): Promise<void> {
    if (!this.#destroyed) this.disconnect()
    this.#destroyed ??= this.#tearDown()
    return this.#destroyed
  }

  #tearDown(): Promise<void> {
    this.#board.close()
    this.#guard.set(false)
    this.#sync.destroy()
    const closed = this.#edits.close()
    for (const undo of this.#undo) undo()
    this.#waiters.fail(new Error('the provider was destroyed'))
    return closed
  }

  #listen(): void {
    const sync = this.#sync
    tapMessages(sync, {
      heard: () => this.#life.heard(),
      lacking: () => this.#questions.lacking(),
      exchanged: () => isOpen(sync) && this.#questions.exchanged(),
      answered: (question) => this.#questions.answered(question),
    })
    sync.on('status', ({ status }) => {
      if (status === 'connecting') this.#life.opening()
      if (status === 'connected') this.#opened()
    })
    sync.on('sync', (isSynced) => {
      this.#hasSynced ||= isSynced
      if (isSynced) this.#refresh()
    })
    sync.on('connection-close', (event) => {
      this.#life.stop()
      this.#questions.disconnected()
      // A final close is told by `closed`, the first moment at which a listener may call `connect()`.
      if (event === null || !isFinalCloseCode(event.code)) this.#become('offline')
    })
    sync.on('closed', ({ code, reason }) => this.#refused(code, reason))
  }

  async #connectWhenRead(): Promise<void> {
    await this.#edits.whenRead
    if (this.#wanted) this.#sync.connect()
    this.#refresh()
  }

  #opened(): void {
    this.#life.opened()
    this.#connectedAt = performance.now()
    this.#become('connected')
  }

  #refused(closeCode: number, reason: string): void {
    const refusal = noticeOf(closeCode, reason)
    this.#waiters.fail(new Error(refusal.text))
    this.#become('refused', refusal)
  }

  #become(connection: ConnectionStatus, refusal?: RefusalNotice): void {
    this.#connection = connection
    this.#refusal = refusal
    this.#refresh()
  }

  /** Without waiting for the backoff; not after a refusal, and not when the app wants no connection. */
  #reconnect(): void {
    if (!this.#wanted || this.#refusal || this.#edits.isReading) return
    this.#sync.disconnect()
    this.#sync.connect()
  }

  #askForLife(isSecondTry: boolean): void {
    // A server that waits for its disk holds back the answer about saving, and others do not know
    // the question at all; step 1 is answered by every server.
    if (!isSecondTry && this.#questions.answersHere && this.#questions.askNow()) return
    this.#send(encodeStep1(Y.encodeStateVector(this.ydoc)))
  }

  #send(frame: Uint8Array): boolean {
    if (!isOpen(this.#sync)) return false
    this.#sync.ws?.send(frame as Uint8Array<ArrayBuffer>)
    return true
  }

  #hopeless(): Error | undefined {
    if (this.#destroyed) return new Error('the provider was destroyed')
    return this.#refusal ? new Error(this.#refusal.text) : undefined
  }

  #facts() {
    const { size, isKept, isReading, oldestAt } = this.#edits
    return {
      connection: this.#connection,
      refusal: this.#refusal,
      synced: this.#connection === 'connected' && this.#sync.synced,
      unsaved: size,
      kept: isKept,
      isReading,
      waitingSince: Math.max(this.#connectedAt, oldestAt ?? 0),
    }
  }

  #refresh(): void {
    if (this.#destroyed) return
    this.#guard.set(this.#edits.size > 0)
    this.#board.refresh()
    this.#waiters.check()
  }
}
