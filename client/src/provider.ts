/**
 * One document, connected: what an app may ask of it.
 *
 * Owns: the interface to the app, and whose the Yjs document and the awareness are.
 * Does not own: how it works (link.ts).
 * Always holds: after `destroy` nothing of it is left.
 */
import { REFUSALS } from '@cowrite/protocol'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { Link } from './link.js'
import { refuseOtherYjs } from './one-yjs.js'
import type { CowriteProviderOptions } from './options.js'
import { keptFor } from './owner.js'
import { forgetOnlyHere, type SetAsideCopy } from './set-aside.js'
import type { Status } from './status.js'
import { targetOf } from './stock-provider.js'
import { forgetKept } from './unsaved-database.js'

export class CowriteProvider {
  readonly ydoc: Y.Doc
  readonly awareness: Awareness
  readonly #doc: string
  readonly #link: Link
  /** Undoes what was set up outside this object, in order. */
  readonly #undo: (() => void)[] = []
  #destroyed: Promise<void> | undefined

  /** @throws TypeError at a bad address or name, at a Yjs document of another copy of yjs, and where there is no WebSocket. */
  constructor(options: CowriteProviderOptions) {
    if (options.ydoc) refuseOtherYjs(options.ydoc)
    const target = targetOf(options)
    this.#doc = options.doc
    const ydoc = (this.ydoc = options.ydoc ?? new Y.Doc())
    const awareness = (this.awareness = options.awareness ?? new Awareness(ydoc))
    this.#link = new Link(options, target, ydoc, awareness)
    const onDocDestroyed = (): void => void this.destroy()
    ydoc.on('destroy', onDocDestroyed)
    this.#undo.push(
      () => ydoc.off('destroy', onDocDestroyed),
      () => !options.awareness && awareness.destroy(),
      () => !options.ydoc && ydoc.destroy(),
    )
    if (options.connect ?? true) this.connect()
  }

  /** The status as it is now. */
  get status(): Status {
    return this.#link.board.current
  }

  /** Calls back whenever the status changes. @returns takes the listener away again. */
  onStatus(listener: (status: Status) => void): () => void {
    return this.#link.board.onChange(listener)
  }

  /**
   * Resolves when the first sync with the server is done: the document holds what the server had.
   * @throws Error when the server refuses this client, or at `destroy()`.
   */
  whenSynced(): Promise<void> {
    return this.#link.wait(() => this.#link.hasSynced)
  }

  /**
   * Resolves when every change that is known here now, including those that an earlier visit left in
   * this browser, is on the server's disk. Offline that takes until the connection is back.
   * @throws Error when the server refuses this client, or at `destroy()`.
   */
  flush(): Promise<void> {
    this.#link.questions.askSoon()
    return this.#link.wait(this.#link.edits.allSavedNow())
  }

  /**
   * Gives an empty document its first content, once, whoever else tries the same: the content is not put into the
   * Yjs document here, it comes back from the server. Waits for the connection.
   * @param content an update, or what writes it into a fresh Yjs document
   * @returns whether it was taken; false when the document was not empty. Either way the document is saved and here.
   * @throws Error when the server refuses this client or does not know seeds, or at `destroy()`
   */
  async seed(content: Uint8Array | ((ydoc: Y.Doc) => void)): Promise<boolean> {
    const { hopeless, seeds } = this.#link
    if (hopeless) throw hopeless
    if (typeof content !== 'function') return seeds.ask(content)
    const scratch = new Y.Doc()
    content(scratch)
    return seeds.ask(Y.encodeStateAsUpdate(scratch))
  }

  /**
   * What was typed here and could not be saved, because the document was replaced or deleted: kept in this browser until
   * `discardSetAside`. While the document is deleted also what would be saved if it were restored, under the id `unsaved`.
   */
  async setAside(): Promise<SetAsideCopy[]> {
    const { edits, connecting, lineage } = this.#link
    const copies = await edits.aside.all()
    const update = connecting.refusal?.closeCode === REFUSALS.deleted.closeCode && edits.unsavedUpdate()
    if (!update) return copies
    const { size: changes, isKept: kept } = edits
    return [...copies, { id: 'unsaved', doc: this.#doc, epoch: lineage.epoch, time: Date.now(), changes, edits: update, kept }]
  }

  /** Deletes such a copy for good. */
  discardSetAside(id: string): Promise<void> {
    return this.#link.edits.aside.discard(id)
  }

  /** Connects, or tries again after a refusal. Does nothing when connected, or when already trying. */
  connect(): void {
    if (this.#destroyed) return
    this.#link.login.wanted()
    this.#link.connecting.connect()
  }

  /** Closes the connection and stays away until `connect()`. */
  disconnect(): void {
    this.#link.connecting.disconnect()
  }

  /**
   * Ends everything for good: connection, timers, listeners. What is not saved stays kept for the next visit.
   * @returns resolves when this browser's storage has taken in what it was given.
   */
  destroy(): Promise<void> {
    // Whoever hears of that may destroy it, too.
    if (!this.#destroyed) this.disconnect()
    this.#destroyed ??= this.#tearDown()
    return this.#destroyed
  }

  /**
   * Ends everything, and removes all that this browser keeps for this server and user: unsaved edits of every
   * document, and what was set aside. For when somebody logs out. What is not saved by then is gone: `flush()` first.
   */
  async signOut(): Promise<void> {
    const { known } = this.#link.owner
    await this.destroy()
    // Of somebody who is not known yet nothing was kept.
    if (!known) return
    const isTheirs = keptFor(known, 'server')
    forgetOnlyHere(isTheirs)
    await forgetKept(isTheirs)
  }

  #tearDown(): Promise<void> {
    const closed = this.#link.close()
    for (const undo of this.#undo) undo()
    return closed
  }
}
