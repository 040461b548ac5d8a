/**
 * The interface of everything that keeps documents.
 *
 * Owns: the words and promises that every implementation answers for (contract/ tests them).
 * Does not own: how bytes are laid out, when to compact, what an update means.
 * Always holds: a promise that resolves means on disk as far as the durability setting says; a
 * promise that rejects means nothing of that call counts, and the call may be made again.
 */

/** One committed update to be. */
export interface LogEntry {
  /** Document name, 1 to 512 bytes of UTF-8. */
  readonly name: string
  /** Yjs v1 update that passed the door; storage never looks inside. */
  readonly update: Uint8Array
  /** Who wrote it, as the server knows them; absent when nobody logged in. */
  readonly author?: string
  /** When it was accepted, in milliseconds since 1970; for people, never for order. */
  readonly time: number
}

/** An update as the log holds it. */
export interface LogRecord extends Omit<LogEntry, 'name'> {
  /** Place in the document's log: 1, 2, 3 … without holes. */
  readonly sequence: number
}

/** One garbage-collected whole-document update that stands for the log up to `through`. */
export interface Snapshot {
  /** Yjs v1 update of the whole document. */
  readonly update: Uint8Array
  /** Its state vector, encoded. */
  readonly stateVector: Uint8Array
  /** Its deletions-only update: what a peer that has all of `stateVector` may still lack. */
  readonly deletions: Uint8Array
}

/** A document as loaded: the snapshot (if any was made) and the log after it. */
export interface StoredDocument {
  /** Identity of this lineage; changes when the document is deleted or re-created. */
  readonly epoch: string
  readonly snapshot: (Snapshot & { readonly through: number }) | undefined
  /** Committed updates after the snapshot, in order. */
  readonly tail: readonly LogRecord[]
  /** Records of this document that could not be read and were put aside, this time or before. */
  readonly quarantined: number
}

export interface Storage {
  /**
   * Appends to the logs of any number of documents, all or nothing, in the order given.
   * Creates documents that are new.
   * @returns the sequence given to each entry, in order.
   * @throws StorageError `removed` when a document named was removed and not yet erased.
   */
  append(entries: readonly LogEntry[]): Promise<number[]>

  /** @returns undefined when there is no such document. @throws StorageError `removed`. */
  load(name: string): Promise<StoredDocument | undefined>

  /**
   * Replaces, in one atomic step, the former snapshot by one that covers the log up to `through`.
   * Updates appended meanwhile stay in the tail. What happens to the covered log is the history
   * setting of the implementation: it is kept unless told otherwise.
   */
  compact(name: string, snapshot: Snapshot, through: number): Promise<void>

  /** Takes one committed update out of the log and keeps it aside for inspection. */
  quarantine(name: string, sequence: number, reason: string): Promise<void>

  /**
   * Names in bytewise order, at most `limit`, those after `after`.
   * Removed documents are not among them.
   */
  list(options: { after?: string; limit: number }): Promise<string[]>

  /** Soft: `load` and `append` refuse with `removed` until it is restored. */
  remove(name: string): Promise<void>
  /** Takes back a soft removal. */
  restore(name: string): Promise<void>
  /** Hard: no record of the document remains; a later append starts a new epoch. */
  erase(name: string): Promise<void>

  /** Really writes and really syncs. @throws StorageError when saving does not work now. */
  probe(): Promise<void>

  /** Waits for what is under way, then lets go. Idempotent; every later call throws `closed`. */
  close(): Promise<void>
}

export type StorageErrorCode =
  /** Another process has this data directory open. */
  | 'locked'
  /** The data directory cannot be created or written. */
  | 'not-writable'
  /** The files are not what this program wrote, or essential ones are missing. */
  | 'damaged'
  /** Written by a newer version of the program. */
  | 'newer-format'
  /** The document was removed. */
  | 'removed'
  /** A write or read failed; nothing of that call counts. */
  | 'io'
  /** Called after `close`. */
  | 'closed'

/** What storage could not do. `code` is the contract; the message is for operators and says what to do. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
