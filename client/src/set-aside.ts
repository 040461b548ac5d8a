/**
 * Edits that no longer fit the document, and are kept for the person who made them.
 *
 * Owns: what such a copy holds, the copies of one document, and getting the typed words out of one.
 * Does not own: when edits are set aside (unsaved-edits.ts), the database (unsaved-store.ts).
 * Always holds: a copy goes only when somebody discards it; one that no storage took is kept by this page.
 */
import { uuidv4 } from 'lib0/random'
import * as Y from 'yjs'
import { type DocumentKey, indexValue, type RecordId, type StoredCopy } from './unsaved-database.js'
import type { UnsavedStore } from './unsaved-store.js'

/** What was not saved when the document was replaced by another, or deleted. */
export interface SetAsideCopy {
  readonly id: string
  /** Name of the document. */
  readonly doc: string
  /** The lineage that it belongs to; empty where the server never told one. */
  readonly epoch: string
  /** When it was set aside, in milliseconds since 1970. */
  readonly time: number
  /** How many changes these are. */
  readonly changes: number
  /** The unsaved changes alone, as one Yjs update. They need what they were made in to be applied. */
  readonly edits: Uint8Array
  /** The whole document as it stood here, with them, as a Yjs update; absent where this tab never had it. */
  readonly whole?: Uint8Array
  /** Whether it lies in this browser's storage. */
  readonly kept: boolean
}

/** Copies that no storage took, by server, document and user: they are there as long as the page is. */
const onlyHere = new Map<string, SetAsideCopy[]>()

/** Drops such copies of the documents that match. */
export function forgetOnlyHere(matches: (document: readonly string[]) => boolean): void {
  for (const [key, copies] of onlyHere) if (matches(JSON.parse(key) as string[])) copies.length = 0
}

export class SetAside {
  readonly #store: UnsavedStore | undefined
  readonly #doc: string
  #here: SetAsideCopy[] = []
  readonly #onChange: () => void
  #count = 0

  /** @param onChange is told when there are more or fewer. */
  constructor(doc: string, key: Promise<DocumentKey>, store: UnsavedStore | undefined, onChange: () => void) {
    this.#doc = doc
    this.#onChange = onChange
    this.#store = store
    void this.#join(key).catch(() => undefined)
  }

  /** Joins what this page has of the same owner. */
  async #join(key: Promise<DocumentKey>): Promise<void> {
    const id = JSON.stringify(indexValue(await key))
    const here = onlyHere.get(id) ?? []
    here.push(...this.#here)
    onlyHere.set(id, here)
    this.#here = here
    await this.all()
  }

  /** How many copies there are, as far as is known. */
  get count(): number {
    return this.#count
  }

  /** @param records those in the browser's storage that the copy stands for */
  async put(copy: Omit<SetAsideCopy, 'id' | 'doc' | 'kept' | 'time'>, records: readonly RecordId[]): Promise<void> {
    const full = { ...copy, id: uuidv4(), time: Date.now() }
    const here = { ...full, doc: this.#doc, kept: false }
    this.#here.push(here)
    this.#counted(this.#count + 1)
    if (!this.#store) return
    try {
      await this.#store.setAside(full, records)
      this.#here.splice(this.#here.indexOf(here), 1)
    } catch {
      // It stays with the page; the records stay where they are, and are set aside by the next visit.
    }
  }

  /** All copies of this document, the oldest first. */
  async all(): Promise<SetAsideCopy[]> {
    const stored = await this.#store?.aside().catch((): StoredCopy[] => [])
    const kept = (stored ?? []).map(({ document: _document, ...copy }) => ({ ...copy, doc: this.#doc, kept: true }))
    const all = [...kept, ...this.#here].toSorted((a, b) => a.time - b.time)
    this.#counted(all.length)
    return all
  }

  async discard(id: string): Promise<void> {
    const index = this.#here.findIndex((copy) => copy.id === id)
    if (index >= 0) this.#here.splice(index, 1)
    else await this.#store?.discardAside(id)
    await this.all()
  }

  #counted(count: number): void {
    if (count === this.#count) return
    this.#count = count
    this.#onChange()
  }
}

/**
 * The words that somebody typed, as far as they can be told without the document: runs of text in the order in which
 * they were typed, one a line.
 * @param update as `SetAsideCopy.edits`
 */
export function typedText(update: Uint8Array): string {
  const lines: string[] = []
  let last: Y.Item | undefined
  for (const struct of Y.decodeUpdate(update).structs) {
    if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentString)) continue
    const { origin, id } = struct
    const goesOn = last && origin?.client === last.id.client && origin.clock === last.id.clock + last.length - 1 && id.client === last.id.client
    if (goesOn) lines.push((lines.pop() ?? '') + struct.content.str)
    else lines.push(struct.content.str)
    last = struct
  }
  return lines.join('\n')
}
