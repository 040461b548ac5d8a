/**
 * The unsaved edits of one document: those of this visit and those an earlier one left in the browser.
 *
 * Owns: counting each local change as it happens, keeping it, taking earlier ones back in.
 * Does not own: asking the server (saved-questions.ts); sending, which y-websocket does for every change
 * whose origin is not itself, including those taken back in.
 * Always holds: a change is counted in the same task in which it is made, and uncounted only when the server
 * has it on disk; if the browser's storage fails, it is still counted.
 */
import * as Y from 'yjs'
import { type HeldRecord, holdRecord, mergeInGroups, sortByReadiness } from './kept-edits.js'
import { LocalCopy, type LocalCopyOptions } from './local-copy.js'
import { READ_KEPT_LIMIT_MS } from './options.js'
import { keptFor, type Owner } from './owner.js'
import { forgetOnlyHere, SetAside } from './set-aside.js'
import { forgetKept, type StoredDocument } from './unsaved-database.js'
import { UnsavedLedger } from './unsaved-ledger.js'
import { type KeptRecord, UnsavedStore } from './unsaved-store.js'
import { settledWithin } from './waiters.js'

export interface UnsavedEditsOptions {
  readonly ydoc: Y.Doc
  readonly doc: string
  readonly owner: Owner
  /** Whether to keep edits in the browser's storage, where there is one. */
  readonly keep: boolean
  /** What a copy of the whole document needs to know; without it none is kept. */
  readonly copy: Pick<LocalCopyOptions, 'hasSynced' | 'isSynced' | 'rights'> | undefined
  /** The copy was taken in: the document in this tab is of its lineage. */
  onCopy(copy: StoredDocument): void
  /** Whether a change with this origin came from the server. */
  isRemote(origin: unknown): boolean
  /** The lineage of the document in this tab; empty while it has none. */
  epoch(): string
  /** Something changed; `isNew` when there is a new change to ask the server about. */
  onChange(isNew: boolean): void
}

export class UnsavedEdits {
  readonly #options: UnsavedEditsOptions
  readonly #ledger = new UnsavedLedger()
  readonly #store: UnsavedStore | undefined
  readonly #aside: SetAside
  /** Of the whole document, where one is kept. */
  readonly copy: LocalCopy | undefined
  /** Edits of earlier visits to a lineage of which it is not known yet whether it is the document's. */
  #undecided: HeldRecord[] = []
  /** What the server said of the lineage on the last connection. */
  #lineage: { readonly epoch: string | undefined } | undefined
  /** Origin of changes taken back in: they are counted record by record, not as one change. */
  readonly #takenBack = Symbol('edits of an earlier visit')
  #isReading: boolean
  #isClosed = false
  /** Whether the right to the document was taken away: then nothing of it is kept. */
  #isForbidden = false

  /** Resolves when the kept edits are in the document, or when waiting for them any longer makes no sense. */
  readonly whenRead: Promise<void>

  constructor(options: UnsavedEditsOptions) {
    this.#options = options
    const { ydoc, doc, owner, keep, copy, epoch } = options
    ydoc.on('update', this.#onUpdate)
    // What the document brings along may be news to the server; the first exchange sends it.
    if (ydoc.store.clients.size > 0) this.#ledger.add(performance.now(), Y.encodeStateAsUpdate(ydoc), undefined)
    if (keep && typeof indexedDB !== 'undefined') {
      this.#store = new UnsavedStore(owner.key, (records) => {
        this.#ledger.keepingFailed(records)
        if (!this.#isClosed) options.onChange(false)
      })
    }
    if (this.#store && copy) {
      const isKept = (): boolean => this.isKept && !this.#isForbidden
      this.copy = new LocalCopy({ ...copy, isKept, ydoc, epoch, store: this.#store })
    }
    this.#aside = new SetAside(doc, owner.key, this.#store, () => !this.#isClosed && options.onChange(false))
    this.#isReading = this.#store !== undefined
    this.whenRead = this.#store ? this.#read(this.#store) : Promise.resolve()
  }

  /** How many changes are unsaved. */
  get size(): number {
    return this.#ledger.size + this.#undecided.length
  }

  /** The number of the newest change that has one. */
  get newest(): number {
    return this.#ledger.newest
  }

  /** Whether all unsaved changes are in the browser's storage. */
  get isKept(): boolean {
    const waiting = this.#ledger.held.length + this.#undecided.length
    return this.#ledger.isKept && !(this.#isForbidden && waiting > 0)
  }

  /** Whether it is still unknown what an earlier visit left. */
  get isReading(): boolean {
    return this.#isReading
  }

  /** When the oldest change that the server may have been sent was made, in milliseconds of `performance.now()`. */
  get oldestAt(): number | undefined {
    return this.#ledger.oldestAt
  }

  /** How many bytes the server may have been sent and has not confirmed. */
  get bytes(): number {
    return this.#ledger.bytes
  }

  /** A condition that is met once everything known now is saved. */
  allSavedNow(): () => boolean {
    const ledger = this.#ledger
    const through = ledger.newest
    const isComplete = !this.#isReading && ledger.held.length + this.#undecided.length === 0
    return () => (isComplete ? ledger.acknowledgedThrough >= through : !this.#isReading && this.size === 0)
  }

  /**
   * The server told the lineage of the document, or, with undefined, has shown that it tells none.
   * Edits that an earlier visit made in the same are taken in; those of another are set aside.
   */
  lineageIs(epoch: string | undefined): void {
    this.#lineage = { epoch }
    this.#isForbidden = false
    const records = this.#undecided
    // While the document has none the edits wait: whose it will be is open.
    if (records.length === 0 || epoch === '') return
    this.#undecided = []
    this.#decide(records, epoch)
  }

  /**
   * The document is of another lineage than the copy here: what is unsaved will never be saved.
   * @param whole the document as it stands in this tab
   */
  setAside(epoch: string, whole: Uint8Array): void {
    const changes = this.#ledger.size
    if (changes === 0) return
    const { updates, records } = this.#ledger.takeAll()
    void this.#aside.put({ epoch, changes, edits: mergeInGroups(updates), whole }, records)
  }

  /** What was set aside of this document, now or earlier. */
  get aside(): SetAside {
    return this.#aside
  }

  /** Everything that is unsaved now, as one update; undefined when nothing is. */
  unsavedUpdate(): Uint8Array | undefined {
    const updates = [...this.#ledger.updates, ...this.#undecided.map(({ update }) => update)]
    return updates.length === 0 ? undefined : mergeInGroups(updates)
  }

  /** Everything up to this number is on the server's disk. */
  acknowledge(through: number): void {
    const records = this.#ledger.acknowledge(through)
    this.#store?.forget(records)
    this.copy?.proven()
    this.#options.onChange(false)
  }

  /**
   * The right to the document was taken away: removes what of it is kept in this browser, and keeps nothing more until the
   * server lets this client in again. What is unsaved stays counted, and is not kept. Never rejects.
   */
  async forgetKept(): Promise<void> {
    this.#isForbidden = true
    const key = this.#options.owner.known
    if (!key) return
    const isMine = keptFor(key, 'document')
    forgetOnlyHere(isMine)
    const gone = this.#store ? await forgetKept(isMine).catch(() => []) : []
    this.#ledger.keepingFailed(gone)
    await this.#aside.all()
    if (!this.#isClosed) this.#options.onChange(false)
  }

  /** Stops counting. Resolves when the storage has taken in what it was given. */
  async close(): Promise<void> {
    this.copy?.close()
    this.#isClosed = true
    this.#options.ydoc.off('update', this.#onUpdate)
    await this.#store?.close()
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (!this.#options.isRemote(origin) && origin !== this.#takenBack && !this.copy?.isOrigin(origin)) {
      const record = this.#isForbidden ? undefined : this.#store?.keep(update, this.#options.epoch())
      this.#ledger.add(performance.now(), update, record)
      this.#options.onChange(true)
    }
    if (this.#ledger.held.length > 0) this.#takeBack([])
  }

  async #read(store: UnsavedStore): Promise<void> {
    // If reading fails, so will writing, and that is told.
    const whole = this.copy && store.whole().catch(() => undefined)
    const reading = Promise.all([store.read(), whole]).then(([records, copy]) => this.#found(records, copy))
    reading.catch(() => undefined)
    const { owner } = this.#options
    await owner.settled
    // What the server has to tell first, nobody waits for before connecting.
    if (owner.known) await settledWithin(READ_KEPT_LIMIT_MS, reading)
    this.#isReading = false
  }

  #found(records: readonly KeptRecord[], copy: StoredDocument | undefined): void {
    if (this.#isClosed) return
    // Once connected, the document's lineage is the server's to tell.
    if (copy && this.#isReading && this.copy?.take(copy)) this.#options.onCopy(copy)
    const held = records.flatMap((record) => holdRecord(record) ?? [])
    // What was made while the document had no lineage fits any; what was made in that of the copy fits it.
    const fits = ({ epoch }: HeldRecord): boolean => epoch === '' || epoch === this.#options.epoch()
    this.#takeBack(held.filter(fits))
    this.#undecided = held.filter((record) => !fits(record))
    if (this.#lineage) this.lineageIs(this.#lineage.epoch)
    this.#options.onChange(true)
  }

  #decide(records: readonly HeldRecord[], current: string | undefined): void {
    const foreign = new Map<string, HeldRecord[]>()
    const own: HeldRecord[] = []
    for (const record of records) {
      if (current === undefined || record.epoch === current) own.push(record)
      else foreign.set(record.epoch, [...(foreign.get(record.epoch) ?? []), record])
    }
    for (const [epoch, old] of foreign) {
      const edits = mergeInGroups(old.map(({ update }) => update))
      void this.#aside.put({ epoch, changes: old.length, edits }, old.map(({ id }) => id))
    }
    this.#takeBack(own)
    this.#options.onChange(true)
  }

  /** Takes in those records whose base is there, and holds the others. */
  #takeBack(records: readonly HeldRecord[]): void {
    const { ready, held } = sortByReadiness([...this.#ledger.held, ...records], this.#options.ydoc)
    this.#ledger.held = held
    if (ready.length === 0) return
    // y-websocket sends it if it is connected; if not, the exchange of the next connection does. Either
    // way no question is asked before the end of this task, when all of it is counted.
    Y.applyUpdate(this.#options.ydoc, mergeInGroups(ready.map((record) => record.update)), this.#takenBack)
    const now = performance.now()
    for (const record of ready) this.#ledger.add(now, record.update, record.id)
    this.#options.onChange(true)
  }
}
