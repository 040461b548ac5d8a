/**
 * The refusals and checks that every implementation of Storage shares.
 *
 * Owns: the words of `removed`, `conflict` and `closed`, and the checks of what a caller passes.
 * Does not own: when a document is removed or a store closed.
 * Always holds: a caller's mistake is a TypeError thrown before anything happens; messages name the
 * document at most, never content.
 */
import { isDocumentName } from '@cowrite/protocol'
import { type LogEntry, type Snapshot, StorageError } from './storage.js'

export const removed = (document: string, erased = false): StorageError =>
  new StorageError(
    'removed',
    erased
      ? 'The document was erased for good. Create it anew to use its name again.'
      : 'The document was removed. Restore it, or erase it to start anew.',
    { document },
  )

export const conflict = (document: string, what: string): StorageError =>
  new StorageError('conflict', `${what} Load the document again.`, { document })

export const closed = (): StorageError =>
  new StorageError('closed', 'The storage was closed. Open it again to go on.')

/** @throws TypeError when this text cannot name a document (protocol's `isDocumentName`). */
export function checkName(name: string): void {
  if (!isDocumentName(name)) throw new TypeError('a document name is 1 to 512 bytes of UTF-8')
}

/** @throws TypeError unless it is a place in a log, or 0 where `allowZero` says that "before the log" is one. */
export function checkSequence(sequence: number, allowZero = false): void {
  if (!Number.isSafeInteger(sequence) || sequence < (allowZero ? 0 : 1)) {
    throw new TypeError('a sequence is a whole number from 1')
  }
}

/** @throws TypeError when one of the entries could not be kept exactly as it is. */
export function checkEntries(entries: readonly LogEntry[]): void {
  let checked: string | undefined
  for (const entry of entries) {
    // Those of one document mostly follow on each other.
    if (entry.name !== checked) checkName(entry.name)
    checked = entry.name
    checkContent(entry)
  }
}

function checkContent(entry: LogEntry): void {
  checkBytes(entry.update)
  checkTime(entry.time)
  if (entry.author !== undefined && typeof entry.author !== 'string') throw new TypeError('an author is a text')
  if (entry.epoch !== undefined && (typeof entry.epoch !== 'string' || entry.epoch === '')) {
    throw new TypeError('an epoch is a text')
  }
}

/**
 * Whether these entries are meant for the documents that are there, and agree on those that are not.
 * @param epochOf the epoch of a document that is there.
 * @throws StorageError `conflict`
 */
export function checkEpochs(entries: readonly LogEntry[], epochOf: (name: string) => string | undefined): void {
  const created = new Map<string, string>()
  for (const { name, epoch } of entries) {
    if (epoch === undefined) continue
    const there = epochOf(name) ?? created.get(name) ?? epoch
    if (there !== epoch) throw conflict(name, 'It was erased and created again.')
    created.set(name, epoch)
  }
}

/** @throws TypeError unless it is a moment. */
export function checkTime(time: number): void {
  if (typeof time !== 'number' || Number.isNaN(time)) throw new TypeError('a time is a number')
}

export function checkSnapshot(snapshot: Snapshot): void {
  checkBytes(snapshot.update)
  checkBytes(snapshot.stateVector)
  checkBytes(snapshot.deletions)
}

export function checkListOptions(options: { after?: string; limit: number }): void {
  if (!Number.isSafeInteger(options.limit) || options.limit < 1) throw new TypeError('a limit is a whole number from 1')
}

function checkBytes(bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes are a Uint8Array')
}

/**
 * Whether a snapshot through this sequence may replace what is there.
 * @throws StorageError `conflict`, see `Storage.compact`.
 */
export function checkCompaction<T extends { readonly epoch: string; readonly last: number }>(
  name: string,
  document: T | undefined,
  formerThrough: (document: T) => number,
  through: number,
  epoch: string | undefined,
): asserts document is T {
  if (document === undefined) throw conflict(name, 'There is no such document.')
  if (epoch !== undefined && epoch !== document.epoch) throw conflict(name, 'It was erased and created again.')
  if (through > document.last) throw conflict(name, 'The snapshot covers more than was ever written.')
  if (through < formerThrough(document)) throw conflict(name, 'A newer snapshot is there.')
}

/** @param what failed, as the start of the message. */
export function ioFailure(what: string, cause: unknown, document?: string): StorageError {
  const detail = cause instanceof Error ? cause.message : String(cause)
  return new StorageError('io', `${what} (${detail}). Check the disk: its space, its rights, its health.`, {
    cause,
    ...(document === undefined ? {} : { document }),
  })
}
