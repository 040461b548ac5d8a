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
  /** Yjs v1 update that passed the door; storage looks inside only when a document is erased (`former`). */
  readonly update: Uint8Array
  /** Who wrote it, as the server knows them; absent when nobody logged in. */
  readonly author?: string | undefined
  /** When it was accepted, in milliseconds since 1970; for people, never for order. */
  readonly time: number
  /**
   * The lineage that it is meant for. A document that is not there yet is created with this epoch; one
   * that has another refuses the append as `conflict`, so that nothing written for a document that was
   * erased ever lands in what took its place. Without it the update goes into whatever is there.
   */
  readonly epoch?: string | undefined
  /** In the same step what the document held before this update is kept as a restore point, for this reason. */
  readonly restorePoint?: string | undefined
}

/** An update as the log holds it. */
export interface LogRecord extends Omit<LogEntry, 'name' | 'epoch' | 'restorePoint'> {
  /**
   * Place in the document's log: 1, 2, 3 … A number is never given twice in one lineage. Where a
   * record was put aside (see `quarantine`) or lost to damage, its number is missing from the tail.
   */
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
  /** Identity of this lineage; changes when the document is erased and created anew. */
  readonly epoch: string
  /**
   * How far the clients of former lineages of this name had got: an encoded state vector, which holds no
   * content. What such a client wrote up to there, and this lineage does not have, is what was erased:
   * whoever brings it has an old copy, and must not be let in with it. Empty vector (one zero byte) where nothing was ever erased.
   */
  readonly former: Uint8Array
  readonly snapshot: (Snapshot & { readonly through: number }) | undefined
  /** Committed updates after the snapshot, in order. */
  readonly tail: readonly LogRecord[]
  /** Records of this document that were put aside, this time or before: unreadable, or refused by `quarantine`. */
  readonly quarantined: number
}

/** Who wants a content kept, when and why. */
export interface RestorePointNote {
  readonly author?: string | undefined
  /** In milliseconds since 1970; for people. */
  readonly time: number
  /** A word; storage does not look at it. */
  readonly reason: string
}

/** What a document held at some moment, kept whatever happens to its log. */
export interface RestorePoint extends RestorePointNote {
  /** The last update that it holds: its identity. A document has one for each at most; the newer note counts. */
  readonly sequence: number
}

/** A document that is not there any more. */
export interface RemovedDocument {
  readonly name: string
  /** When that was, in milliseconds since 1970, as `remove` or `erase` was told. */
  readonly time: number
  /** Whether it is gone for good; otherwise `restore` brings it back. */
  readonly erased: boolean
}

/** What an implementation found wrong with what it had written; for the operator. */
export interface DamageReport {
  /** The document that was hit, or may have been; absent for a file as a whole. */
  readonly document?: string
  /**
   * `gap`: numbers that are missing from the log though no record put aside explains them.
   * `file`: a file of the database was damaged; what could be read of it is in use again.
   */
  readonly kind: 'head' | 'log' | 'snapshot' | 'gap' | 'file'
  /** For `file`: its name. */
  readonly file?: string
  /** First and last sequence hit; for a snapshot the last one that it covered; absent for a head. */
  readonly from?: number
  readonly to?: number
  /** One sentence: what is wrong and what was done. Never content. */
  readonly reason: string
}

/** What happens to log records that a snapshot covers: they stay for versions and time travel, or go. */
export type HistorySetting = 'keep' | 'none'

/**
 * Every verb may be called at any time, also while others are under way: calls that change
 * something take effect one after the other in the order of the calls. A name that is not a document name
 * (`isDocumentName`) is a mistake of the caller: `TypeError`, and nothing happens. Bytes are copied
 * at this seam: the caller may reuse what it passed as soon as the promise settles, and may change
 * what it got.
 */
export interface Storage {
  /**
   * Appends to the logs of any number of documents, all or nothing, in the order given.
   * Creates documents that are new.
   * After a rejection with `io` the update may still turn up after a restart (a write that failed
   * on the way back): a caller that appends it again may find it twice in the log. Updates are
   * idempotent, so that is harmless. None is ever there in part.
   * @returns the sequence given to each entry, in order.
   * @throws StorageError `removed` (with the `document`) when one was removed or erased; `conflict` (with
   * the `document`) when one has another epoch than an entry names: then nothing of the call counts; the
   * others may be appended again without it.
   */
  append(entries: readonly LogEntry[]): Promise<number[]>

  /** @returns undefined when there is no such document. @throws StorageError `removed`. */
  load(name: string): Promise<StoredDocument | undefined>

  /**
   * Replaces, in one atomic step, the former snapshot by one that covers the log up to `through`.
   * Updates appended meanwhile stay in the tail. What happens to the covered log is the history
   * setting of the implementation: it is kept unless told otherwise. Updates that the snapshot
   * leaves out are to be quarantined first: where the covered log is dropped they would be gone.
   * @param epoch the lineage that was compacted, as `load` gave it; without it a snapshot made
   * before an erasure could replace what was written after it.
   * @throws StorageError `removed`; `conflict` when there is no such document, its epoch is another,
   * `through` is beyond the end of its log, or a newer snapshot is there already.
   */
  compact(name: string, snapshot: Snapshot, through: number, epoch?: string): Promise<void>

  /**
   * Takes one committed update out of the log and keeps it aside for inspection. Again for the same
   * one: nothing happens.
   * @throws StorageError `conflict` when the log has no such record.
   */
  quarantine(name: string, sequence: number, reason: string): Promise<void>

  /**
   * Keeps what the document holds now as a restore point. Each storage keeps a certain number for each document;
   * of more it lets go of those that are nearest to another, never of the first and the last.
   * @returns undefined when there is nothing to keep, or none are kept. @throws StorageError `removed`.
   */
  keepRestorePoint(name: string, note: RestorePointNote): Promise<RestorePoint | undefined>

  /** Newest first; none when there is no such document. @throws StorageError `removed`. */
  listRestorePoints(name: string): Promise<RestorePoint[]>

  /** Updates that together are the content; undefined when there is no such restore point. @throws StorageError `removed`. */
  loadRestorePoint(name: string, sequence: number): Promise<Uint8Array[] | undefined>

  /**
   * Names in bytewise order, at most `limit`, those after `after`.
   * Removed documents are not among them.
   */
  list(options: { after?: string; limit: number }): Promise<string[]>

  /** Those that were removed or erased, otherwise as `list`. */
  listRemoved(options: { after?: string; limit: number }): Promise<RemovedDocument[]>

  /**
   * Soft: `load`, `append`, `compact`, `quarantine` and `create` refuse with `removed` until it is restored.
   * Nothing happens when there is no such document, or it is removed or erased already.
   * @param time when, in milliseconds since 1970; now unless told otherwise. For `listRemoved` alone.
   */
  remove(name: string, time?: number): Promise<void>
  /** Takes back a soft removal, in the same epoch. Nothing happens when there is none to take back. */
  restore(name: string): Promise<void>
  /**
   * Hard, removed before or not: of the document there remain its name, this time, and how far its clients
   * had got (`former`). When this resolves, no byte of its content is left in any file of the data directory.
   * Everything that `remove` makes refuse refuses with `removed` from then on, until `create`.
   * Erasing what was never there does nothing; erasing again makes sure that the bytes are gone.
   * After a rejection with `io` the document may be gone and bytes of it left: call it again.
   */
  erase(name: string, time?: number): Promise<void>
  /**
   * Begins a document explicitly: empty, in a new epoch, and, where one of this name was erased, the only way to
   * use the name again. Nothing happens when it is there already.
   * @throws StorageError `removed` when it is removed softly: restore it, or erase it first.
   */
  create(name: string): Promise<void>

  /**
   * The hashes of all files (`/files/<hash>`) that anything kept of this document refers to, deleted or not; without a
   * name, that anything kept of any document does. Reads all of it: not for the path of a message.
   */
  mentionedFiles(name?: string): Promise<Set<string>>

  /** Really writes and really syncs. @throws StorageError when saving does not work now. */
  probe(): Promise<void>

  /** Waits for what is under way, then lets go. Idempotent; every later call throws `closed`. */
  close(): Promise<void>
}

export type StorageErrorCode =
  /** Another process, or another storage of this one, has this data directory open. */
  | 'locked'
  /** The data directory cannot be created or written. */
  | 'not-writable'
  /** The files are not what this program wrote, or essential ones are missing. */
  | 'damaged'
  /** Written by a newer version of the program. */
  | 'newer-format'
  /** The document was removed or erased. */
  | 'removed'
  /** The stored document is no longer the one that the caller means. */
  | 'conflict'
  /** A write or read failed; nothing of that call counts. */
  | 'io'
  /** Called after `close`. */
  | 'closed'

/** What storage could not do. `code` is the contract; the message is for operators and says what to do. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  /** The document it is about, where it is about one (`removed`, `conflict`). */
  readonly document: string | undefined
  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options?: ErrorOptions & { document?: string },
  ) {
    super(message, options)
    this.document = options?.document
  }
}
