/**
 * A Yjs document and its server, linked: the stock y-websocket provider and everything that it does not do.
 *
 * Owns: the composition of the parts, what each hears of the others, and the status that comes of it.
 * Does not own: sync and presence messages and reconnecting (y-websocket), whether there is a connection
 * (connecting.ts), tokens and rights (login.ts), asking whether edits are saved (saved-questions.ts), counting and
 * keeping them (unsaved-edits.ts), for whom (owner.ts), the document's lineage (lineage.ts), what was lost on the way
 * (comparison.ts), life signs (life-line.ts), what an app may ask for (provider.ts).
 * Always holds: `saved` is said only when the server has confirmed every local change to be on its disk.
 */
import { isFinalCloseCode, readAccess, REFUSALS } from '@cowrite/protocol'
import type { Awareness } from 'y-protocols/awareness'
import type { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { Comparison } from './comparison.js'
import { Connecting } from './connecting.js'
import { createLifeLine } from './life-line.js'
import type { LifeSigns } from './life-signs.js'
import { Lineage } from './lineage.js'
import { Login } from './login.js'
import { tapMessages } from './message-taps.js'
import { type CowriteProviderOptions, DEFAULT_SAVE_WARNING_MS } from './options.js'
import { type Owner, ownerOf } from './owner.js'
import { keepPresence } from './presence.js'
import { SavedQuestions } from './saved-questions.js'
import { Seeds } from './seeds.js'
import { noticeOf } from './status.js'
import { type Facts, StatusBoard } from './status-board.js'
import { createStockProvider, isOpen, sendOver, type Target } from './stock-provider.js'
import { createTabGuard, onWake } from './tab.js'
import { UnsavedEdits } from './unsaved-edits.js'
import { Waiters } from './waiters.js'

export class Link {
  readonly ydoc: Y.Doc
  readonly owner: Owner
  readonly edits: UnsavedEdits
  readonly questions: SavedQuestions
  readonly lineage: Lineage
  readonly seeds: Seeds
  readonly connecting: Connecting
  readonly login: Login
  readonly board: StatusBoard
  readonly #sync: WebsocketProvider
  readonly #comparison: Comparison
  readonly #life: LifeSigns
  readonly #guard: { set(up: boolean): void }
  readonly #waiters = new Waiters()
  readonly #stopWaking: () => void
  #hasSynced = false
  #isClosed = false

  /** Not connected yet. */
  constructor(options: CowriteProviderOptions, target: Target, ydoc: Y.Doc, awareness: Awareness) {
    this.ydoc = ydoc
    this.owner = ownerOf(options, target.server)
    const sync = (this.#sync = createStockProvider(target, options.params, ydoc, awareness))
    this.#guard = createTabGuard(options.protectTab ?? true)
    this.questions = new SavedQuestions({
      send: (frame) => sendOver(sync, frame),
      newest: () => this.edits.newest,
      acknowledged: (through) => this.edits.acknowledge(through),
    })
    this.lineage = new Lineage({
      send: (frame) => sendOver(sync, frame),
      known: (epoch) => this.edits.lineageIs(epoch),
    })
    this.seeds = new Seeds({
      send: (frame) => sendOver(sync, frame),
      isEmpty: () => ydoc.store.clients.size === 0,
      isSynced: () => sync.synced,
      isSupported: () => this.lineage.isKnown,
    })
    // After y-websocket, whose own listener must have sent an update before a question follows it:
    // Yjs calls listeners in the order they were added.
    this.edits = new UnsavedEdits({
      ydoc,
      doc: options.doc,
      owner: this.owner,
      keep: options.keepUnsaved ?? true,
      copy: options.keepCopy ? { hasSynced: () => this.#hasSynced, isSynced: () => sync.synced, rights: () => this.login.rights } : undefined,
      onCopy: ({ epoch, role }) => {
        this.lineage.adopt(epoch)
        this.login.remember(role)
      },
      isRemote: (origin) => origin === sync,
      epoch: () => this.lineage.epoch,
      onChange: (isNew) => {
        if (isNew) this.questions.askSoon()
        this.#refresh()
      },
    })
    this.login = new Login({
      sync,
      getToken: options.getToken,
      onToken: (token) => {
        this.owner.hasToken(token)
        if (!this.edits.isReading) this.connecting.ready()
        this.#refresh()
      },
      onRights: () => this.#refresh(),
    })
    this.connecting = new Connecting(sync, () => !this.edits.isReading && this.login.isReady, () => this.#refresh())
    this.#life = createLifeLine({
      sync,
      questions: this.questions,
      edits: this.edits,
      reconnect: () => this.connecting.reconnect(),
      tick: () => {
        this.questions.askIfDue()
        this.#comparison.tick()
      },
    })
    this.#comparison = new Comparison(sync, () => this.questions.answersHere && this.edits.oldestAt === undefined)
    this.board = new StatusBoard(() => this.#facts(), options.saveWarningMs ?? DEFAULT_SAVE_WARNING_MS)
    this.#listen()
    if (this.edits.isReading) void this.#connectWhenRead()
    keepPresence(sync)
    this.#stopWaking = onWake(() => this.#life.wake())
  }

  /** Resolves when the condition is met. @throws Error when there is no hope of that */
  wait(isMet: () => boolean): Promise<void> {
    return this.#waiters.wait(isMet, this.hopeless)
  }

  get hasSynced(): boolean {
    return this.#hasSynced
  }

  /** Why nothing can be waited for. */
  get hopeless(): Error | undefined {
    if (this.#isClosed) return new Error('the provider was destroyed')
    const { refusal } = this.connecting
    return refusal ? new Error(refusal.text) : undefined
  }

  /** Ends everything for good; it is disconnected by then. @returns resolves when the browser's storage has taken in what it was given. */
  close(): Promise<void> {
    this.#isClosed = true
    this.board.close()
    this.#guard.set(false)
    this.#sync.destroy()
    this.#stopWaking()
    this.#comparison.close()
    this.login.close()
    this.owner.close()
    const closed = this.edits.close()
    this.#fail(new Error('the provider was destroyed'))
    return closed
  }

  #listen(): void {
    const sync = this.#sync
    tapMessages(sync, {
      heard: () => this.#life.heard(),
      takes: (kind) => this.lineage.takes(kind),
      lacking: () => this.questions.lacking(),
      exchanged: () => isOpen(sync) && this.questions.exchanged(),
      answered: (question) => this.questions.answered(question),
      epoch: (decoder) => this.lineage.received(decoder),
      seeded: (decoder) => this.seeds.received(decoder),
      told: (decoder) => this.#comparison.received(decoder),
      denied: () => this.login.denied(),
      access: (decoder) => {
        const notice = readAccess(decoder)
        if (!notice) return
        this.owner.is(notice.user?.id)
        this.login.told(notice)
      },
    })
    sync.on('status', ({ status }) => {
      if (status === 'connecting') this.#life.opening()
      if (status === 'connected') this.#opened()
    })
    sync.on('sync', (isSynced) => {
      this.#hasSynced ||= isSynced
      if (!isSynced) return
      this.seeds.synced()
      this.#refresh()
    })
    sync.on('connection-close', (event) => {
      this.#life.stop()
      this.questions.disconnected()
      this.#comparison.disconnected()
      // What is typed from now on needs it, also after a reload in the next moment.
      this.edits.copy?.write()
      // A final close is told by `closed`, the first moment at which a listener may call `connect()`.
      if (event !== null && isFinalCloseCode(event.code)) return
      this.login.lost()
      this.connecting.lost()
    })
    sync.on('closed', ({ code, reason }) => this.#refused(code, reason))
  }

  async #connectWhenRead(): Promise<void> {
    await this.edits.whenRead
    if (this.login.isReady) this.connecting.ready()
    this.#refresh()
  }

  #opened(): void {
    this.#life.opened()
    this.lineage.opened()
    this.connecting.opened()
  }

  #refused(closeCode: number, reason: string): void {
    if (closeCode === REFUSALS.unauthenticated.closeCode && this.login.refused()) return this.connecting.lost()
    if (reason === REFUSALS.forbidden.text) {
      // The right was taken away: nothing of the document stays in this browser, and only another token may help.
      this.login.spent()
      void this.edits.forgetKept()
    }
    const isOutdated = closeCode === REFUSALS.outdated.closeCode
    // Who came with nothing is not refused for what it has.
    const replaced = isOutdated && (this.lineage.epoch !== '' || this.ydoc.store.clients.size > 0)
    if (isOutdated || closeCode === REFUSALS.deleted.closeCode) this.edits.copy?.end()
    if (replaced) this.edits.setAside(this.lineage.epoch, Y.encodeStateAsUpdate(this.ydoc))
    const refusal = noticeOf(closeCode, reason, replaced)
    this.#fail(new Error(refusal.text))
    this.connecting.refused(refusal)
  }

  #fail(reason: Error): void {
    this.#waiters.fail(reason)
    this.seeds.fail(reason)
  }

  #facts(): Facts {
    const { size, isKept, isReading, oldestAt, aside, copy } = this.edits
    const { status, refusal, since } = this.connecting
    return {
      connection: status, refusal,
      synced: status === 'connected' && this.#sync.synced,
      unsaved: size, kept: isKept, isReading, copy,
      setAside: aside.count,
      isLoginAwaited: !this.login.isReady,
      rights: this.login.rights,
      waitingSince: Math.max(since, oldestAt ?? 0),
    }
  }

  #refresh(): void {
    if (this.#isClosed) return
    this.#guard.set(this.edits.size > 0)
    this.board.refresh()
    this.#waiters.check()
  }
}
