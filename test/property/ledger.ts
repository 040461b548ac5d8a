/**
 * What the disk holds, kept beside it, and what the server may therefore say.
 *
 * Owns: for each document a `Y.Doc` of all that reached the disk, another of what storage confirmed to
 * the server (less, where an append was torn), and the checks of what is said against them.
 * Does not own: the storage. Always holds: an update counts from the moment at which the inner storage's
 * append resolved, no earlier: whatever the server says before that is caught.
 */
import { MemoryStorage, type LogEntry } from '@cowrite/persistence'
import { type ClockRange, DeleteSet, inspectUpdate } from '@cowrite/protocol'
import * as Y from 'yjs'

export class WatchedStorage extends MemoryStorage {
  readonly ledger = new Ledger()
  readonly quarantined: string[] = []
  readonly #whole = new WeakSet<readonly LogEntry[]>()

  /** These entries are asked for; if exactly they arrive, and not a part of them, the server will hear of it. */
  expect(entries: readonly LogEntry[]): void {
    this.#whole.add(entries)
  }

  override async append(entries: readonly LogEntry[]): Promise<number[]> {
    const sequences = await super.append(entries)
    for (const { name, update } of entries) this.ledger.commit(name, update)
    // The server hears of it some promises later; what it answers between these two may be without it.
    if (this.#whole.has(entries)) setImmediate(() => this.ledger.confirm(entries))
    return sequences
  }

  override async quarantine(name: string, sequence: number, reason: string): Promise<void> {
    this.quarantined.push(`${name} ${sequence}: ${reason}`)
    await super.quarantine(name, sequence, reason)
  }
}

interface Account {
  readonly onDisk: Y.Doc
  readonly confirmed: Y.Doc
  /** Everything deleted on disk; undefined when it has to be counted again. */
  deleted: DeleteSet | undefined
}

export class Ledger {
  readonly #accounts = new Map<string, Account>()

  commit(document: string, update: Uint8Array): void {
    const account = this.#account(document)
    Y.applyUpdate(account.onDisk, update)
    account.deleted = undefined
  }

  /** The server knows that these are on disk: it may not answer without them any more. */
  confirm(entries: readonly LogEntry[]): void {
    for (const { name, update } of entries) Y.applyUpdate(this.#account(name).confirmed, update)
  }

  /** The server died: whoever loads a document now gets all that is on disk. */
  reload(): void {
    for (const { onDisk, confirmed } of this.#accounts.values()) Y.applyUpdate(confirmed, Y.encodeStateAsUpdate(onDisk))
  }

  /** The document as it is on disk. */
  doc(document: string): Y.Doc {
    return this.#account(document).onDisk
  }

  /** What of this update is not on disk, in words; undefined when all of it is. */
  lackOf(document: string, update: Uint8Array): string | undefined {
    const summary = inspectUpdate(update)
    if (summary.incomplete) return 'an update with holes'
    const { store } = this.doc(document)
    for (const { client, end } of summary.structs) {
      const known = Y.getState(store, client)
      if (end > known) return `client ${client}: ${known} clocks on disk, ${end} told`
    }
    const extra = this.#deleted(document).subtract(summary.deletions)
    return extra.length === 0 ? undefined : `deletions that are not on disk: ${JSON.stringify(extra[0])}`
  }

  /** What a document lacks of what was confirmed, in words; undefined when nothing. */
  lackIn(document: string, held: Y.Doc): string | undefined {
    if (held.store.pendingStructs !== null || held.store.pendingDs !== null) return 'it waits for something that it was not told'
    const { confirmed } = this.#account(document)
    for (const [client, end] of Y.decodeStateVector(Y.encodeStateVector(confirmed))) {
      const known = Y.getState(held.store, client)
      if (known < end) return `client ${client}: ${end} clocks saved, ${known} told`
    }
    const missing = deletedIn(held).subtract([...deletedIn(confirmed).ranges()])
    return missing.length === 0 ? undefined : `deletions that were not told: ${JSON.stringify(missing[0])}`
  }

  #account(document: string): Account {
    let account = this.#accounts.get(document)
    if (account === undefined) this.#accounts.set(document, (account = { onDisk: new Y.Doc(), confirmed: new Y.Doc(), deleted: undefined }))
    return account
  }

  #deleted(document: string): DeleteSet {
    const account = this.#account(document)
    return (account.deleted ??= deletedIn(account.onDisk))
  }
}

function deletedIn(doc: Y.Doc): DeleteSet {
  const ranges: ClockRange[] = []
  for (const [client, deletions] of Y.snapshot(doc).ds.clients) {
    for (const { clock, len } of deletions) ranges.push({ client, clock, end: clock + len })
  }
  return DeleteSet.of(ranges)
}
