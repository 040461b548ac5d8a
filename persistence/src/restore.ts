/**
 * Restoring a backup: a data directory made of its parts, or one document out of them.
 *
 * Owns: what is built, and the proof that it is complete. Does not own: the parts (backup-parts.ts), or the
 * steps in which the new database takes its place (placing.ts).
 * Always holds: an interrupted or failed restore leaves the data directory as it was; a data directory that
 * holds anything is replaced only with `force`, and then moved aside, whole.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Chain } from './backup-parts.js'
import { BACKUP_FILES_FOLDER, copyFiles, FILES_FOLDER } from './copy-files.js'
import { DurableFile } from './durable-files.js'
import { documentKey, Kind, sequenceOfKey, spanOfKey } from './keys.js'
import { standingOfHead } from './level-count.js'
import { openLevel } from './level-open.js'
import type { ScanOptions } from './level-scan.js'
import { OperatorError } from './operator-error.js'
import { buildingPlace, clearBuilding, finishPlacing, isAside, place } from './placing.js'
import { openLog } from './log-records.js'
import { DamagedRecord, openHead, openSnapshot } from './records.js'
import { type LogRecord, type Snapshot, StorageError } from './storage.js'

export interface RestoreOptions extends ScanOptions {
  /** The state as of this part; the newest unless given. */
  readonly part?: number | undefined
  /** Takes the place of whatever the data directory holds. */
  readonly force?: boolean | undefined
  /** Files of the data directory that are no documents and stay in their place. */
  readonly keep?: readonly string[] | undefined
}

export interface RestoreReport {
  /** The part as of which it is, and when that was made, in milliseconds since 1970. */
  readonly part: number
  readonly time: number
  readonly documents: number
  readonly records: number
  /** Whether there was something before; it is in the data directory's `replaced-…` now. */
  readonly replaced: boolean
  /** Pictures and other files that came with it. */
  readonly files: number
}

/** Bytes of one batch. */
const BATCH_BYTES = 1024 * 1024

/**
 * @param to the data directory; made when missing
 * @throws OperatorError `not-found`, `damaged` (of the backup), `exists`; StorageError `locked`
 */
export async function restoreBackup(from: string, to: string, options: RestoreOptions = {}): Promise<RestoreReport> {
  const chain = await openChain(from, options.part)
  try {
    await mkdir(to, { recursive: true, mode: 0o700 })
    await finishPlacing(to)
    const replaced = await isTaken(to)
    if (replaced && !options.force) throw taken(to)
    if (replaced) await refuseWhileOpen(to)
    await refuseWhileOpen(buildingPlace(to))
    await clearBuilding(to)
    try {
      const counts = await build(chain, buildingPlace(to), options)
      const { copied } = await copyFiles(join(from, BACKUP_FILES_FOLDER), join(buildingPlace(to), FILES_FOLDER), options.signal)
      for (const name of options.keep ?? []) await keepFile(to, name)
      if (!options.force && (await isTaken(to))) throw taken(to)
      await place(to)
      return { part: chain.last.part, time: chain.last.time, ...counts, replaced, files: copied }
    } catch (error) {
      await clearBuilding(to)
      throw error
    }
  } finally {
    await chain.close()
  }
}

/** Copies a file of the data directory into what takes its place. */
async function keepFile(to: string, name: string): Promise<void> {
  const from = join(to, name)
  if (!existsSync(from)) return
  const copy = await DurableFile.create(join(buildingPlace(to), name))
  await copy.write(await readFile(from))
  await copy.publish()
}

async function openChain(from: string, part: number | undefined): Promise<Chain> {
  const chain = await Chain.open(from, part)
  if (chain !== undefined && (part === undefined || chain.last.part === part)) return chain
  await chain?.close()
  throw new OperatorError('not-found', `There is no backup${part === undefined ? '' : ` ${part}`} in ${from}.`)
}

const isTaken = async (directory: string): Promise<boolean> => (await readdir(directory)).some((entry) => !isAside(entry))

/** Whether another process works in there shows LevelDB's lock. @throws StorageError `locked` */
async function refuseWhileOpen(directory: string): Promise<void> {
  if (!existsSync(directory)) return
  try {
    const { database } = await openLevel(directory)
    await database.close()
  } catch (error) {
    // Whatever else is wrong with it is why it is being replaced.
    if (!(error instanceof StorageError) || error.code === 'locked') throw error
  }
}

async function build(
  chain: Chain,
  directory: string,
  { onProgress, signal }: ScanOptions,
): Promise<{ documents: number; records: number }> {
  const { database } = await openLevel(directory)
  const count = { documents: 0, records: 0 }
  try {
    let batch = database.batch()
    let batchBytes = 0
    for await (const records of chain.records()) {
      signal?.throwIfAborted()
      for (const { key, value } of records) {
        batch.put(key, value)
        batchBytes += key.length + value.length
        count.records++
        if (key[0] === Kind.head && standingOfHead(key, value) !== 'erased') count.documents++
      }
      if (batchBytes < BATCH_BYTES) continue
      // Each by itself: a synced batch does not save those before it once LevelDB has begun a new log.
      await batch.write({ sync: true })
      onProgress?.(chain.progress.done, chain.progress.total, 'bytes')
      batch = database.batch()
      batchBytes = 0
    }
    await batch.write({ sync: true })
    onProgress?.(chain.progress.total, chain.progress.total, 'bytes')
  } finally {
    await database.close()
  }
  if (count.records === chain.end.records) return count
  const missing = `it holds ${count.records} records and should hold ${chain.end.records}`
  throw new OperatorError('damaged', `The backup is damaged: ${missing}. The data directory was left as it was.`)
}

/** A document as a backup has it. */
export interface BackedUpDocument {
  readonly part: number
  readonly time: number
  readonly snapshot: (Snapshot & { readonly through: number }) | undefined
  /** The updates after the snapshot. */
  readonly tail: readonly LogRecord[]
  /** Records of it that cannot be read. */
  readonly damaged: number
}

/** @throws OperatorError `not-found` when there is no backup, or no such document in it; `damaged` */
export async function readBackedUp(from: string, name: string, options: Omit<RestoreOptions, 'force' | 'keep'> = {}): Promise<BackedUpDocument> {
  const chain = await openChain(from, options.part)
  const headKey = documentKey(Kind.head, name)
  const logStart = documentKey(Kind.log, name)
  const snapshotStart = documentKey(Kind.snapshot, name)
  const log = new Map<number, LogRecord>()
  let isThere = false
  let snapshot: BackedUpDocument['snapshot']
  let damaged = 0
  try {
    for await (const records of chain.records()) {
      options.signal?.throwIfAborted()
      for (const { key, value } of records) {
        try {
          if (startsWith(key, headKey)) isThere = openHead(key, value).removed === undefined
          else if (startsWith(key, logStart)) for (const update of logged(key, value, logStart)) log.set(update.sequence, update)
          else if (startsWith(key, snapshotStart)) {
            snapshot = { ...openSnapshot(key, value), through: sequenceOfKey(key, snapshotStart) ?? 0 }
          }
        } catch (error) {
          if (!(error instanceof DamagedRecord)) throw error
          damaged++
          // A garbled head names a document all the same.
          if (startsWith(key, headKey)) isThere = true
        }
      }
      options.onProgress?.(chain.progress.done, chain.progress.total, 'bytes')
    }
    const { part, time } = chain.last
    if (!isThere) throw new OperatorError('not-found', `The backup in ${from} (part ${part}) has no document of that name.`)
    return { part, time, snapshot, tail: [...log.values()].filter(({ sequence }) => sequence > (snapshot?.through ?? 0)), damaged }
  } finally {
    await chain.close()
  }
}

const taken = (directory: string): OperatorError =>
  new OperatorError(
    'exists',
    `${directory} is not empty. Choose a new directory; or --force, which moves what is there into 'replaced-…' inside it.`,
  )

function logged(key: Uint8Array, value: Uint8Array, logStart: Uint8Array): LogRecord[] {
  const span = spanOfKey(key, logStart)
  return span === undefined ? [] : openLog(key, value, span)
}

const startsWith = (key: Uint8Array, start: Uint8Array): boolean =>
  key.length >= start.length && Buffer.compare(key.subarray(0, start.length), start) === 0
