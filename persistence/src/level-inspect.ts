/**
 * A data directory looked over before LevelDB may open it.
 *
 * Owns: what is damaged, and how much is read to find that out.
 * Does not own: mending it (level-mend.ts). Always holds: changes nothing.
 *
 * LevelDB opens many a damaged directory without a word: it drops what stands behind a bad checksum in
 * a log, deletes the tables that a halved MANIFEST no longer names, returns garbled blocks as data, and for
 * some of them aborts the process. After that it is too late.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CommitNote, committedBytes } from './commit-note.js'
import { type LevelDirectory, type LevelFile, liveLogs, liveTables, readLevelDirectory } from './leveldb/directory.js'
import { readLog } from './leveldb/log-file.js'
import { readBatch } from './leveldb/batch.js'
import { inspectTable } from './leveldb/table-file.js'
import { isUnfinished } from './salvage.js'

/**
 * Bytes of tables that are read at an opening, the youngest first: some 0.5 s. A table never changes once it
 * is written, so what may have suffered in a crash is young; for the rest there is `verify`.
 */
const CHECKED_BYTES = 256 * 1024 * 1024
/**
 * Openings without a closing in between after which all is checked, and again after each four more: something may be
 * ending the process. Not each time, or who is killed often would start slowly each time.
 */
const SUSPICIOUS_OPENINGS = 2
const SUSPICIOUS_AGAIN = 4

export interface Inspection {
  readonly files: LevelDirectory
  /** Why it must not be opened; undefined when the rest can be mended, or nothing is wrong. */
  readonly problem: string | undefined
  readonly logs: readonly LevelFile[]
  readonly tables: readonly LevelFile[]
  /** An edit that a crash interrupted; LevelDB would refuse some of these. */
  readonly hasManifestTail: boolean
}

export const isSound = ({ problem, logs, tables, hasManifestTail }: Inspection): boolean =>
  problem === undefined && logs.length === 0 && tables.length === 0 && !hasManifestTail

/**
 * @param isReopening by the same process: its tables were looked at before. Read again only once LevelDB met damage,
 * since a full disk has it opened again every two seconds.
 * @param checkedBytes of tables to read at other times; all, where the note gives reason to.
 * @throws the system's error when a file cannot be read.
 */
export async function inspectDirectory(
  directory: string,
  note: CommitNote | undefined,
  isReopening: boolean,
  checkedBytes = CHECKED_BYTES,
): Promise<Inspection> {
  const files = await readLevelDirectory(directory)
  const { manifest } = files
  const problem = files.problem ?? missingLog(files, note)
  if (problem !== undefined || manifest === undefined) {
    return { files, problem, logs: [], tables: [], hasManifestTail: false }
  }
  const logs: LevelFile[] = []
  for (const log of liveLogs(files)) {
    if (await isDamagedLog(join(directory, log.name), committedBytes(note, log))) logs.push(log)
  }
  const tables: LevelFile[] = []
  const isSuspicious = !isReopening && (note?.openings ?? 0) % SUSPICIOUS_AGAIN === SUSPICIOUS_OPENINGS
  let left = note?.suspect === true || isSuspicious ? Infinity : isReopening ? 0 : checkedBytes
  for (const table of liveTables(files).toReversed()) {
    const expected = manifest.tables.get(table.number)?.bytes ?? 0
    if (table.bytes < expected) tables.push(table)
    else if (left > 0) {
      left -= expected
      const file = await readFile(join(directory, table.name))
      if (!inspectTable(file.subarray(0, expected)).sound) tables.push(table)
    }
  }
  return { files, problem, logs, tables, hasManifestTail: manifest.hasTail }
}

/** A log that was synced and is gone, though nothing says that its content is in tables. */
function missingLog({ logs, manifest }: LevelDirectory, note: CommitNote | undefined): string | undefined {
  const there = new Set(logs.map(({ number }) => number))
  const gone = note?.logs.find(([number, bytes]) =>
    bytes > 0 && number >= (manifest?.logNumber ?? Infinity) && !there.has(number))
  return gone && `Its file ${String(gone[0]).padStart(6, '0')}.log is missing.`
}

async function isDamagedLog(path: string, committed: number): Promise<boolean> {
  let soundBytes = 0
  for (const piece of readLog(await readFile(path))) {
    if (piece.state === 'sound' && readBatch(piece.content) !== undefined) soundBytes = piece.to
    else if (!isUnfinished(piece, committed)) return true
  }
  return soundBytes < committed
}
