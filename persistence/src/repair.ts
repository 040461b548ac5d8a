/**
 * `repair`: a new data directory with all that can still be read of a damaged one.
 *
 * Owns: what is taken over, what is put aside, and the order in which the new directory comes to be.
 * Does not own: reading damaged files (salvage.ts), what is wrong with a record (record-check.ts).
 * Always holds: the old directory is not changed; the new one appears whole, or not at all:
 * until then it is a folder in its place that counts for nothing.
 *
 * LevelDB's own `repair` is not used: it aborts the process on some damage, does not look at the
 * checksums of its log, and gives up a whole table for a bad index.
 */
import { randomUUID } from 'node:crypto'
import { lstat, readdir, rmdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { syncDirectory } from './directory-names.js'
import { asideKey, documentKey, FORMAT_KEY, Kind, partsOfKey, PROBE_KEY } from './keys.js'
import { newHead } from './level-heads.js'
import { openDatabase } from './level-engine.js'
import { makeDirectory } from './level-files.js'
import { buildingPlace, clearBuilding, isAside, place } from './placing.js'
import { RecordCheck } from './record-check.js'
import { FORMAT_VERSION, sealFormat, sealHead, sealQuarantined } from './records.js'
import { StorageError } from './storage.js'
import { type ProgressOptions, readEverything, reportOf, type VerifyReport, withDirectory } from './verify.js'

export interface RepairReport extends VerifyReport {
  /** Records taken over as they were. */
  readonly kept: number
  /** Records whose bytes are not what was written: in the new directory they are in quarantine. */
  readonly putAside: number
  /** Records that could not be put anywhere, since they name no document. They are in the old directory alone. */
  readonly leftBehind: number
}

/** Bytes in one batch: few fsyncs, little memory. */
const BATCH_BYTES = 4 * 1024 * 1024

/**
 * @param from a data directory that no server has open.
 * @param to where the new one is to be: missing, or empty.
 * @throws StorageError `locked`, `damaged` when `from` is no data directory, `not-writable` when `to` cannot be had.
 */
export async function repairDirectory(from: string, to: string, options: ProgressOptions = {}): Promise<RepairReport> {
  const target = resolve(to)
  if (target === resolve(from)) throw refusal(to, 'is the damaged directory itself')
  return withDirectory(from, async () => {
    const wasThere = await refuseContent(to)
    try {
      await makeDirectory(target)
      await clearBuilding(target)
      const report = await takeOver(from, buildingPlace(target), options)
      await place(target)
      await syncDirectory(dirname(target))
      return report
    } catch (error) {
      await clearBuilding(target).catch(() => undefined)
      if (!wasThere) await rmdir(target).catch(() => undefined)
      throw error instanceof StorageError ? error : refusal(to, `cannot be written (${(error as Error).message})`, error)
    }
  })
}

async function takeOver(from: string, half: string, options: ProgressOptions): Promise<RepairReport> {
  const check = new RecordCheck()
  const database = await openDatabase(half, { errorIfExists: true })
  const counts = { kept: 0, putAside: 0, leftBehind: 0 }
  let batch = database.batch()
  let size = 0
  const put = async (key: Uint8Array, value: Uint8Array): Promise<void> => {
    batch.put(key, value)
    size += key.length + value.length
    if (size < BATCH_BYTES) return
    await batch.write({ sync: true })
    batch = database.batch()
    size = 0
  }
  try {
    let hasFormat = false
    await readEverything(from, options, check, async (key, value) => {
      const judgement = check.take(key, value)
      if (judgement === 'newer') throw newer(from)
      if (judgement === 'sound' || judgement === 'ours') {
        counts.kept++
        hasFormat ||= Buffer.compare(key, FORMAT_KEY) === 0
        return put(key, value)
      }
      const parts = partsOfKey(key)
      // What is damaged of the quarantine stays under its key: it is aside already.
      const aside = parts && (parts.kind === Kind.quarantine ? key : asideKey(key))
      if (aside === undefined) {
        if (Buffer.compare(key, PROBE_KEY) !== 0) counts.leftBehind++
        return
      }
      counts.putAside++
      return put(aside, sealQuarantined(aside, 'Its bytes were not what was written when the directory was repaired.', Date.now(), value))
    })
    check.finish()
    if (!hasFormat && check.documents === 0) {
      throw new StorageError('damaged', `${from} holds no record that this program wrote. Nothing was changed.`)
    }
    for (const { name, erased } of check.headless) {
      const key = documentKey(Kind.head, name)
      // Nothing of what was erased may come back because of a damaged head.
      await put(key, sealHead(key, erased ? { ...newHead(name), removed: Date.now(), erased } : newHead(name)))
    }
    // The format record of the old directory, where it is there, keeps its identity.
    if (!hasFormat) await put(FORMAT_KEY, sealFormat(FORMAT_KEY, { version: FORMAT_VERSION, id: randomUUID() }))
    await batch.write({ sync: true })
  } finally {
    await database.close()
  }
  await syncDirectory(half)
  return { ...reportOf(check), ...counts }
}

/** @returns whether there is an empty directory already, or one with what an interrupted repair left. */
async function refuseContent(to: string): Promise<boolean> {
  const found = await lstat(to).catch(() => undefined)
  if (found === undefined) return false
  if (!found.isDirectory()) throw refusal(to, 'is no directory')
  if ((await readdir(to)).some((entry) => !isAside(entry))) throw refusal(to, 'is not empty')
  return true
}

const newer = (from: string): StorageError =>
  new StorageError('newer-format', `${from} was written by a newer version of the program. Repair it with that one.`)

const refusal = (to: string, what: string, cause?: unknown): StorageError =>
  new StorageError('not-writable', `${to} ${what}. Choose a directory that is missing or empty. Nothing was changed.`, { cause })
