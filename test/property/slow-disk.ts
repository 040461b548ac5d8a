/**
 * A storage in memory whose calls take virtual time, with what is on it kept beside.
 *
 * Owns: when a call takes effect and when it is answered, and for each document an account of its present lineage.
 * Does not own: how long a call takes (`delay`), what the server may say (races.test.ts).
 * Always holds: a mark counts as saved when the append that brought it was answered, no earlier.
 */
import { type LogEntry, MemoryStorage, type Snapshot, type StoredDocument } from '@cowrite/persistence'
import * as Y from 'yjs'

export const marksOf = (doc: Y.Doc): string[] => [...doc.getMap('marks').keys()].sort()

/** A lineage as it lies on the disk, and what of it the server knows to be there. */
interface Account {
  onDisk: Y.Doc
  saved: Set<string>
  /** What storage answers to a reader. */
  isRemoved: boolean
  isErased: boolean
  /** A deletion has ended well, and nothing has begun since that could bring a document back. */
  isGone: boolean
}

/** Every call takes effect after a while, and is answered after another; a share of them at once. */
export class SlowDisk extends MemoryStorage {
  readonly accounts = new Map<string, Account>()
  /** Marks of lineages that were erased, and of which document. */
  readonly dead = new Map<string, string>()
  delay: () => Promise<void> = async () => {}

  account(name: string): Account {
    let account = this.accounts.get(name)
    if (!account) {
      account = { onDisk: new Y.Doc(), saved: new Set(), isRemoved: false, isErased: false, isGone: false }
      this.accounts.set(name, account)
    }
    return account
  }

  async #slowly<T>(work: () => Promise<T>): Promise<T> {
    await this.delay()
    try {
      return await work()
    } finally {
      await this.delay()
    }
  }

  override async append(entries: readonly LogEntry[]): Promise<number[]> {
    const written: { account: Account; onDisk: Y.Doc; marks: string[] }[] = []
    const sequences = await this.#slowly(async () => {
      const answer = super.append(entries)
      await answer
      for (const { name, update } of entries) {
        const account = this.account(name)
        Y.applyUpdate(account.onDisk, update)
        written.push({ account, onDisk: account.onDisk, marks: marksOf(account.onDisk) })
      }
      return answer
    })
    // The server hears of it some promises later; what it says between these two may be without it.
    setImmediate(() => {
      for (const { account, onDisk, marks } of written) if (account.onDisk === onDisk) for (const mark of marks) account.saved.add(mark)
    })
    return sequences
  }

  override load(name: string): Promise<StoredDocument | undefined> {
    return this.#slowly(() => super.load(name))
  }

  override compact(name: string, snapshot: Snapshot, through: number, epoch?: string): Promise<void> {
    return this.#slowly(() => super.compact(name, snapshot, through, epoch))
  }

  override remove(name: string, time?: number): Promise<void> {
    return this.#slowly(async () => {
      await super.remove(name, time)
      await this.#look(name)
    })
  }

  override restore(name: string): Promise<void> {
    return this.#slowly(async () => {
      this.account(name).isGone = false
      await super.restore(name)
      await this.#look(name)
    })
  }

  override erase(name: string, time?: number): Promise<void> {
    return this.#slowly(async () => {
      const account = this.account(name)
      await super.erase(name, time)
      await this.#look(name)
      if (!account.isRemoved || account.isErased) return
      for (const mark of marksOf(account.onDisk)) this.dead.set(mark, name)
      Object.assign(account, { onDisk: new Y.Doc(), saved: new Set<string>(), isErased: true })
    })
  }

  override create(name: string): Promise<void> {
    return this.#slowly(async () => {
      const account = this.account(name)
      account.isGone = false
      await super.create(name)
      account.isErased = false
      await this.#look(name)
    })
  }

  /** As it is there, at once. */
  async peek(name: string): Promise<Y.Doc> {
    const doc = new Y.Doc()
    const stored = await super.load(name)
    if (stored?.snapshot) Y.applyUpdate(doc, stored.snapshot.update)
    for (const { update } of stored?.tail ?? []) Y.applyUpdate(doc, update)
    return doc
  }

  async #look(name: string): Promise<void> {
    this.account(name).isRemoved = await super.load(name).then(() => false, () => true)
  }
}
