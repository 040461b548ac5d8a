/**
 * `verify`: whether everything in a database is what was written.
 *
 * Owns: reading all of it, from the files of a stopped server or from an open storage, and the report.
 * Does not own: what counts as wrong (record-check.ts), the thread (verify-thread.ts), mending (level-mend.ts, repair.ts).
 * Always holds: changes nothing; looks at everything, whatever it finds; no damage ends the process,
 * since LevelDB, which some damage makes abort, reads none of the files. In a server no document is built on the event
 * loop for it.
 */
import { readCommitNote } from './commit-note.js'
import { RecordCheck, type RecordFinding } from './record-check.js'
import { liveLogs, liveTables, readLevelDirectory } from './leveldb/directory.js'
import { newestEntries } from './leveldb/merge.js'
import { withLock } from './level-lock.js'
import type { LevelStorage } from './level-storage.js'
import { type FileReading, sourcesOf } from './salvage.js'
import { StorageError } from './storage.js'
import { judgeInThread } from './verify-thread.js'

export interface VerifyReport {
  readonly documents: number
  /** Of these: removed and not erased. */
  readonly removed: number
  readonly records: number
  /** Records put aside before. They are no finding. */
  readonly quarantined: number
  /** Keys and values, unpacked. */
  readonly bytes: number
  /** Empty when everything is as it was written. */
  readonly findings: readonly RecordFinding[]
  /** How many more there are: no more than 10,000 are listed. */
  readonly findingsLeftOut: number
}

export interface Progress {
  readonly records: number
  /** Bytes read so far, and in all; 0 in all when that is not known. */
  readonly bytes: number
  readonly totalBytes: number
}

export interface ProgressOptions {
  /** Told now and then. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/**
 * Reads every file of a data directory that no server has open, with LevelDB's checksums and our own.
 * @throws StorageError `locked`, or `damaged` when it is no data directory at all.
 */
export function verifyDirectory(directory: string, options: ProgressOptions = {}): Promise<VerifyReport> {
  return withDirectory(directory, async () => {
    const check = new RecordCheck()
    await readEverything(directory, options, check, (key, value) => void check.take(key, value))
    check.finish()
    return reportOf(check)
  })
}

/**
 * Reads every record of an open storage as it is at this moment, beside the event loop; LevelDB's own checksums are not looked at.
 * @throws OperatorError `damaged` when a document takes its thread down
 */
export function verifyDatabase(storage: LevelStorage, { onProgress }: ProgressOptions = {}): Promise<VerifyReport> {
  return judgeInThread(storage.records(), ({ records, bytes }) => onProgress?.({ records, bytes, totalBytes: 0 }))
}

/** @throws StorageError `damaged` when there is nothing there that could be a database, `locked`. */
export async function withDirectory<T>(directory: string, work: () => Promise<T>): Promise<T> {
  let isDatabase: boolean
  try {
    const { tables, logs, manifestName } = await readLevelDirectory(directory)
    isDatabase = tables.length + logs.length > 0 || manifestName !== undefined
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new StorageError('damaged', `${directory} cannot be read (${text}).`, { cause })
  }
  if (!isDatabase) throw new StorageError('damaged', `${directory} is no data directory: it has no database files.`)
  return withLock(directory, work)
}

/** Hands over the newest value of every key that has one, in the order of the keys; adds findings about the files. */
export async function readEverything(
  directory: string,
  { onProgress }: ProgressOptions,
  check: RecordCheck,
  take: (key: Uint8Array, value: Uint8Array) => void | Promise<void>,
): Promise<void> {
  const files = await readLevelDirectory(directory)
  if (files.problem !== undefined) check.add({ kind: 'file', reason: files.problem })
  const totalBytes = [...liveTables(files), ...liveLogs(files)].reduce((sum, { bytes }) => sum + bytes, 0)
  let bytes = 0
  const onRead = (file: string, reading: FileReading, size: number): void => {
    bytes += size
    if (!reading.isSound) check.add(findingOf(file, reading.losses.length))
  }
  const sources = sourcesOf(files, await readCommitNote(directory), onRead)
  for await (const entries of newestEntries(sources)) {
    for (const { key, value } of entries) if (value !== undefined) await take(key, value)
    onProgress?.({ records: check.records, bytes, totalBytes })
  }
}

const findingOf = (file: string, losses: number): RecordFinding => ({
  kind: 'file',
  file,
  reason: losses === 0
    ? 'It is damaged; everything that it holds could be read.'
    : `It is damaged in ${losses} ${losses === 1 ? 'place' : 'places'}; what stood there may be missing.`,
})

export const reportOf = (check: RecordCheck): VerifyReport => ({
  documents: check.documents,
  removed: check.removed,
  records: check.records,
  quarantined: check.quarantined,
  bytes: check.bytes,
  findings: check.findings,
  findingsLeftOut: check.findingsLeftOut,
})
