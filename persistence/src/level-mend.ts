/**
 * Mending what an inspection found, so that LevelDB opens the directory without losing more.
 *
 * Owns: new files in the place of damaged ones, with everything that could still be read; copies of the old.
 * Does not own: finding damage (level-inspect.ts), reading it (salvage.ts), records in it whose own checksum
 * does not fit: they stay where they were, and their document puts them aside when it is loaded.
 * Always holds: a damaged file is kept under `damaged/` before anything takes its place; stopped at any
 * moment, it can be done again from the start; nothing is touched when the result could not be opened.
 */
import { copyFile, link, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CommitNote, committedBytes } from './commit-note.js'
import { syncDirectory } from './directory-names.js'
import { FORMAT_KEY } from './keys.js'
import { replaceFile } from './level-files.js'
import type { Inspection } from './level-inspect.js'
import { type Entry, readBatch, salvageBatch, writeBatch } from './leveldb/batch.js'
import { type LevelDirectory, type LevelFile, liveLogs, liveTables } from './leveldb/directory.js'
import { readLog, writeLog } from './leveldb/log-file.js'
import { compareKeys, type EntrySource, newestEntries } from './leveldb/merge.js'
import { emptyTable } from './leveldb/table-file.js'
import { fileSource, isCertain, isUnfinished, type Loss } from './salvage.js'

/** Where the damaged files are kept, below the data directory. */
export const KEPT_FOLDER = 'damaged'

export interface MendedFile {
  readonly file: string
  /** Where it is kept as it was found, below the data directory. */
  readonly kept: string
  /** Where something may be missing now. */
  readonly losses: readonly Loss[]
}

/**
 * To be called with the directory locked and `inspection` made under that lock.
 * @returns undefined when it cannot be mended: then nothing was changed.
 */
export async function mend(
  { files, logs, tables, hasManifestTail }: Inspection,
  note: CommitNote | undefined,
): Promise<MendedFile[] | undefined> {
  const { path, manifest, manifestName } = files
  if (manifest === undefined || manifestName === undefined) return undefined
  const salvaged = await salvage(files, [...tables, ...logs], note)
  if (salvaged === undefined) return undefined
  const folder = join(KEPT_FOLDER, new Date().toISOString().replaceAll(':', '-'))
  const keep = (name: string): Promise<string> => keepFile(path, folder, name)
  const mended: MendedFile[] = []
  if (hasManifestTail) {
    await keep(manifestName)
    const content = await readFile(join(path, manifestName))
    await replaceFile(join(path, manifestName), content.subarray(0, manifest.soundBytes))
  }
  for (const log of logs) {
    const kept = await keep(log.name)
    const content = await readFile(join(path, log.name))
    await replaceFile(join(path, log.name), mendedLog(content, committedBytes(note, log)))
    mended.push({ file: log.name, kept, losses: salvaged.losses.get(log.name) ?? [] })
  }
  // First what was in the tables, in a log that LevelDB takes in when it opens; then the tables can go.
  if (salvaged.entries.length > 0) {
    await replaceFile(join(path, `${String(nextNumber(files)).padStart(6, '0')}.log`), writeLog(salvaged.entries.map(writeBatch)))
  }
  for (const table of tables) {
    const kept = await keep(table.name)
    await replaceFile(join(path, table.name), emptyTable(manifest.tables.get(table.number)?.bytes ?? 0))
    mended.push({ file: table.name, kept, losses: salvaged.losses.get(table.name) ?? [] })
  }
  return mended
}

/**
 * What still counts of damaged tables, and what is doubtful in damaged logs: entries of keys for which no
 * other file has something newer, or something certain.
 * undefined when the format record would be lost: LevelStorage would not open what remains.
 */
async function salvage(
  files: LevelDirectory,
  damaged: readonly LevelFile[],
  note: CommitNote | undefined,
): Promise<{ entries: Entry[]; losses: Map<string, readonly Loss[]> } | undefined> {
  const { path, manifest } = files
  const losses = new Map<string, readonly Loss[]>()
  const spoilt = new Map<EntrySource, 'log' | 'table'>()
  const ranges: { smallest: Uint8Array; largest: Uint8Array }[] = [{ smallest: FORMAT_KEY, largest: FORMAT_KEY }]
  const sourceOf = (file: LevelFile, kind: 'log' | 'table'): EntrySource => {
    const entry = kind === 'table' ? manifest?.tables.get(file.number) : undefined
    const bytes = entry?.bytes ?? committedBytes(note, file)
    // A damaged table may hold any key at any place.
    if (!damaged.includes(file)) return fileSource(path, file, { smallest: entry?.smallest, bytes })
    const source = fileSource(path, file, { bytes, onRead: (name, reading) => void losses.set(name, reading.losses) })
    if (entry !== undefined) ranges.push(entry)
    spoilt.set(source, kind)
    return source
  }
  const sources = liveLogs(files).map((log) => sourceOf(log, 'log'))
  for (const source of spoilt.keys()) {
    for (const { key, isDoubtful } of await source.read()) if (isDoubtful) ranges.push({ smallest: key, largest: key })
  }
  const tables = liveTables(files)
  for (const table of tables.filter((file) => damaged.includes(file))) sources.push(sourceOf(table, 'table'))
  for (const table of tables.filter((file) => !damaged.includes(file))) {
    const entry = manifest?.tables.get(table.number)
    const isTouched = ranges.some(({ smallest, largest }) =>
      entry !== undefined && compareKeys(entry.smallest, largest) <= 0 && compareKeys(smallest, entry.largest) <= 0)
    if (isTouched) sources.push(sourceOf(table, 'table'))
  }
  const entries: Entry[] = []
  let hasFormat = false
  for await (const chunk of newestEntries(sources)) {
    for (const entry of chunk) {
      hasFormat ||= compareKeys(entry.key, FORMAT_KEY) === 0 && isCertain(entry)
      const kind = spoilt.get(entry.source)
      if (kind === 'table' || (kind === 'log' && entry.isDoubtful)) entries.push(entry)
    }
  }
  return hasFormat ? { entries, losses } : undefined
}

/** The same log without what is spoilt; of a spoilt record what is certain, each entry as a batch of its own. */
function mendedLog(file: Uint8Array, committed: number): Uint8Array {
  const records: Uint8Array[] = []
  let expected: number | undefined
  for (const piece of readLog(file)) {
    if (isUnfinished(piece, committed)) continue
    const sound = piece.state === 'sound' ? readBatch(piece.content) : undefined
    const entries = sound ?? salvageBatch(piece.content, expected, isCertain)
    if (sound !== undefined) records.push(piece.content)
    else records.push(...entries.filter(isCertain).map(writeBatch))
    const last = entries.at(-1)
    if (last !== undefined) expected = last.sequence + 1
  }
  return writeLog(records)
}

/** Above all that LevelDB has used, so that it reads this log last and takes no number twice. */
function nextNumber({ tables, logs, manifest, manifestName }: LevelDirectory): number {
  const numbers = [...tables, ...logs].map(({ number }) => number)
  return Math.max(...numbers, manifest?.logNumber ?? 0, Number(manifestName?.slice('MANIFEST-'.length) ?? 0)) + 1
}

async function keepFile(path: string, folder: string, name: string): Promise<string> {
  await mkdir(join(path, folder), { recursive: true })
  const kept = join(folder, name)
  // The file itself is about to be replaced, not written: a second name for it is a copy.
  await link(join(path, name), join(path, kept)).catch(() => copyFile(join(path, name), join(path, kept)))
  await syncDirectory(join(path, folder))
  await syncDirectory(join(path, KEPT_FOLDER))
  await syncDirectory(path)
  return kept
}
