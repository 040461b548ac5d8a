/**
 * What was changed here and is not known to be saved.
 *
 * Owns: the number of each local change, which of them wait, and where each is kept.
 * Does not own: asking the server (saved-questions.ts), the keeping (unsaved-store.ts), time.
 * Always holds: a change leaves the ledger only when the server acknowledged a number at or above its own;
 * records on hold have no number, so nothing the server says can free them before they were sent.
 */
import type { HeldRecord } from './kept-edits.js'
import type { RecordId } from './unsaved-database.js'

interface Entry {
  readonly number: number
  readonly record: RecordId | undefined
  /** What it is, for the case that it must be set aside. */
  readonly update: Uint8Array
  /** When the change was made, in milliseconds of the caller's clock. */
  readonly at: number
}

export class UnsavedLedger {
  /** In order of number. */
  #entries: Entry[] = []
  #newest = 0
  #acknowledged = 0
  /** Records of earlier visits whose base this document does not have yet. */
  held: readonly HeldRecord[] = []
  /** Changes that could not be kept: their storage failed. */
  readonly #notKept = new Set<number>()

  /** How many changes are unsaved. */
  get size(): number {
    return this.#entries.length + this.held.length
  }

  /** The number of the newest change. */
  get newest(): number {
    return this.#newest
  }

  /** Everything up to this number is saved. */
  get acknowledgedThrough(): number {
    return this.#acknowledged
  }

  /** When the oldest change that waits was made; undefined when none does. */
  get oldestAt(): number | undefined {
    return this.#entries[0]?.at
  }

  /** Whether every unsaved change is kept. */
  get isKept(): boolean {
    return this.#notKept.size === 0
  }

  /** Takes in a change; without a record it is kept nowhere. @returns its number. */
  add(at: number, update: Uint8Array, record: RecordId | undefined): number {
    const number = ++this.#newest
    this.#entries.push({ number, record, update, at })
    if (record === undefined) this.#notKept.add(number)
    return number
  }

  /** Keeping these records failed. */
  keepingFailed(records: readonly RecordId[]): void {
    const failed = new Set(records.map(String))
    for (const entry of this.#entries) if (entry.record && failed.has(String(entry.record))) this.#notKept.add(entry.number)
  }

  /** What waits, in order. */
  get updates(): Uint8Array[] {
    return [...this.#entries, ...this.held].map(({ update }) => update)
  }

  /** How many bytes these are. */
  get bytes(): number {
    return this.#entries.reduce((sum, { update }) => sum + update.byteLength, 0)
  }

  /** Everything that waits, which then waits no longer: it will never be saved. */
  takeAll(): { updates: Uint8Array[]; records: RecordId[] } {
    const all = [...this.#entries, ...this.held.map(({ id, update }) => ({ record: id, update }))]
    this.#entries = []
    this.held = []
    this.#notKept.clear()
    return { updates: all.map(({ update }) => update), records: all.flatMap(({ record }) => (record ? [record] : [])) }
  }

  /** Everything up to this number is saved. @returns the records that need not be kept any longer. */
  acknowledge(through: number): RecordId[] {
    this.#acknowledged = Math.max(this.#acknowledged, through)
    const waiting = this.#entries.findIndex((entry) => entry.number > through)
    const saved = this.#entries.splice(0, waiting === -1 ? this.#entries.length : waiting)
    for (const entry of saved) this.#notKept.delete(entry.number)
    return saved.flatMap((entry) => (entry.record ? [entry.record] : []))
  }
}
