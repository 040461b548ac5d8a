/**
 * What must be known of a document before anything is written to it.
 *
 * Owns: reading that from the database once, and remembering it for a bounded number of documents.
 * Does not own: writing it. Always holds: `last` is derived from the records that are there (log,
 * snapshot, quarantine), never stored beside them, so it cannot disagree with them; what is
 * remembered was committed.
 */
import { randomUUID } from 'node:crypto'
import { documentKey, Kind, type KindOfDocument, rangeOf, sequenceOfKey } from './keys.js'
import type { Database, DatabaseMoment } from './level-engine.js'
import { DamagedRecord, type Head, openHead } from './records.js'

/** Documents remembered at once: some 300 bytes each, 6 MB in all. One more read per append for the others. */
const REMEMBERED_DOCUMENTS = 20_000

export interface DocumentHead extends Head {
  /** Last sequence ever given; 0 for a new document. */
  readonly last: number
  /** What the snapshot covers; 0 without one. */
  readonly through: number
  /** Start of the document's log keys. */
  readonly logStart: Uint8Array
}

export interface HeadReading {
  /** undefined when there is no such document. */
  readonly head: DocumentHead | undefined
  /** Set when the document is there but its head record is not, or not readable: `head` is then made up. */
  readonly damage: { readonly reason: string; readonly found: Uint8Array | undefined } | undefined
}

/** A document that is about to be. */
export const newHead = (name: string, epoch: string = randomUUID()): DocumentHead => ({
  epoch,
  created: Date.now(),
  removed: undefined,
  erased: false,
  last: 0,
  through: 0,
  logStart: documentKey(Kind.log, name),
})

/** @param moment of the database to read from; undefined reads it as it is now. */
export async function readHead(database: Database, name: string, moment?: DatabaseMoment): Promise<HeadReading> {
  const key = documentKey(Kind.head, name)
  const [value, log, snapshot, aside] = await Promise.all([
    database.get(key, { snapshot: moment }),
    lastSequence(database, name, Kind.log, moment),
    lastSequence(database, name, Kind.snapshot, moment),
    lastSequence(database, name, Kind.quarantine, moment),
  ])
  const last = Math.max(log, snapshot, aside)
  if (value === undefined && last === 0 && !(await wasErased(database, name, moment))) return { head: undefined, damage: undefined }
  const derived = { last, through: snapshot, logStart: documentKey(Kind.log, name) }
  try {
    if (value !== undefined) return { head: { ...openHead(key, value), ...derived }, damage: undefined }
  } catch (error) {
    if (!(error instanceof DamagedRecord)) throw error
  }
  const reason = value === undefined ? 'The head record is missing' : 'The head record is damaged'
  // Nothing of what was erased may come back because of a flipped bit: it counts as erased until it is created.
  const isErased = last === 0 && (await wasErased(database, name, moment))
  const made = { ...newHead(name), ...derived, ...(isErased ? { removed: Date.now(), erased: true } : {}) }
  const outcome = isErased ? 'the document stays erased' : 'the document goes on in a new epoch'
  return { head: made, damage: { reason: `${reason}: ${outcome}.`, found: value } }
}

/** Whether a document of this name was erased once; every erasure leaves that record. */
async function wasErased(database: Database, name: string, moment: DatabaseMoment | undefined): Promise<boolean> {
  return (await database.get(documentKey(Kind.former, name), { snapshot: moment })) !== undefined
}

async function lastSequence(
  database: Database,
  name: string,
  kind: KindOfDocument,
  moment: DatabaseMoment | undefined,
): Promise<number> {
  const start = documentKey(kind, name)
  const [key] = await database.keys({ ...rangeOf(start), reverse: true, limit: 1, snapshot: moment }).all()
  return (key && sequenceOfKey(key, start)) ?? 0
}

/** The heads of the documents opened or written to last. */
export class RememberedHeads {
  readonly #heads = new Map<string, DocumentHead | 'none'>()
  #forgotten = 0

  /** @returns `none` for a document that is known not to be there; undefined when nothing is known. */
  get(name: string): DocumentHead | 'none' | undefined {
    return this.#heads.get(name)
  }

  /** For who writes: as the document is from now on. */
  set(name: string, head: DocumentHead): void {
    this.#put(name, head)
  }

  /** Begins a reading beside the writes. @returns takes what it found, unless that may be out of date by then. */
  reading(name: string): (head: DocumentHead | undefined) => void {
    const forgotten = this.#forgotten
    return (head) => {
      // Who wrote meanwhile has remembered, and knows better; or that was forgotten since.
      if (forgotten === this.#forgotten && !this.#heads.has(name)) this.#put(name, head ?? 'none')
    }
  }

  forget(name: string): void {
    this.#forgotten++
    this.#heads.delete(name)
  }

  clear(): void {
    this.#forgotten++
    this.#heads.clear()
  }

  #put(name: string, head: DocumentHead | 'none'): void {
    // A Map iterates in the order of insertion: putting a name in anew makes it the youngest.
    this.#heads.delete(name)
    this.#heads.set(name, head)
    if (this.#heads.size <= REMEMBERED_DOCUMENTS) return
    for (const oldest of this.#heads.keys()) return this.forget(oldest)
  }
}
