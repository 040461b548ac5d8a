/**
 * What our records say about LevelDB's files: the entries of a table or a log, also of a damaged one.
 *
 * Owns: reading one file into entries and telling where something of it may be lost.
 * Does not own: LevelDB's formats (leveldb/), what becomes of the entries (level-mend.ts, repair.ts, verify.ts).
 * Always holds: an entry of a damaged place is taken as it is only when its own checksum fits; one whose
 * checksum does not fit is kept as doubtful when its key makes sense where it stands, so that its
 * document can put it aside; deletions there count only where the order of keys confirms them.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CommitNote, committedBytes } from './commit-note.js'
import { partsOfKey } from './keys.js'
import { type Entry, readBatch, salvageBatch } from './leveldb/batch.js'
import { type LevelDirectory, type LevelFile, liveLogs, liveTables } from './leveldb/directory.js'
import { type LogPiece, readLog } from './leveldb/log-file.js'
import { compareEntries, compareKeys, type EntrySource, type FoundEntry } from './leveldb/merge.js'
import { type Block, inspectTable, readBlock } from './leveldb/table-file.js'
import { unseal } from './records.js'

/** A stretch of keys of which entries may be missing; an end that is not known is undefined. */
export interface Loss {
  readonly after: Uint8Array | undefined
  readonly before: Uint8Array | undefined
}

export interface FileReading {
  /** In the order of `compareEntries`. */
  readonly entries: readonly FoundEntry[]
  readonly losses: readonly Loss[]
  /** Whether every byte that LevelDB reads is what it wrote. A damaged table may have lost nothing. */
  readonly isSound: boolean
}

export interface SourceOptions {
  /** No key of it is smaller; undefined when that is not known. */
  readonly smallest?: Uint8Array | undefined
  /** What counts of a table, where that is known; of a log, what is known to have been synced. */
  readonly bytes?: number | undefined
  /** Told when it was read: the order of keys decides when. */
  readonly onRead?: (file: string, reading: FileReading, bytes: number) => void
}

/** All files that count. */
export function sourcesOf(files: LevelDirectory, note: CommitNote | undefined, onRead?: SourceOptions['onRead']): EntrySource[] {
  const { path, manifest } = files
  const options = onRead && { onRead }
  const tables = liveTables(files).map((file) => {
    const entry = manifest?.tables.get(file.number)
    return fileSource(path, file, { ...options, smallest: entry?.smallest, bytes: entry?.bytes })
  })
  const logs = liveLogs(files).map((file) => fileSource(path, file, { ...options, bytes: committedBytes(note, file) }))
  return [...tables, ...logs]
}

/** A source of `newestEntries`. */
export function fileSource(directory: string, { name }: LevelFile, options: SourceOptions = {}): EntrySource {
  return {
    smallest: options.smallest,
    async read() {
      const file = await readFile(join(directory, name))
      const reading = name.endsWith('.log')
        ? readLogEntries(file, options.bytes)
        : readTableEntries(file.subarray(0, options.bytes))
      options.onRead?.(name, reading, file.length)
      return reading.entries
    },
  }
}

export function isCertain({ key, value }: Entry): boolean {
  try {
    return value !== undefined && unseal(key, value) !== undefined
  } catch {
    return false
  }
}

export function readTableEntries(file: Uint8Array): FileReading {
  const { blocks, unknownBytes, sound: isSound } = inspectTable(file)
  const entries: FoundEntry[] = []
  const losses: Loss[] = []
  for (const [index, block] of blocks.entries()) {
    if (block.sound) {
      for (const entry of readBlock(file, block)) entries.push({ ...entry, isDoubtful: false })
      continue
    }
    const after = entries.at(-1)?.key
    const next = blocks.slice(index + 1).find(({ sound }) => sound)
    const before = next && readBlock(file, next)[0]?.key
    entries.push(...plausible(file, block, after, before))
    losses.push({ after, before })
  }
  if (unknownBytes > 0) losses.push({ after: entries.at(-1)?.key, before: undefined })
  return { entries: losses.length === 0 ? entries : entries.toSorted(compareEntries), losses, isSound }
}

/** What a damaged block may be trusted with, between the keys of its neighbours. */
function plausible(file: Uint8Array, block: Block, after?: Uint8Array, before?: Uint8Array): FoundEntry[] {
  const found: FoundEntry[] = []
  let last = after
  for (const entry of readBlock(file, block)) {
    const certain = isCertain(entry)
    const inOrder = (last === undefined || compareKeys(last, entry.key) < 0) &&
      (before === undefined || compareKeys(entry.key, before) < 0)
    if (!certain && !(inOrder && isWorthKeeping(entry.key))) continue
    found.push({ ...entry, isDoubtful: !certain })
    if (inOrder) last = entry.key
  }
  return found
}

/**
 * Doubtful records are kept for their documents to put aside. Not so heads: they hold nothing that cannot be made
 * anew, and one with a garbled name would be a document that never was.
 */
const isWorthKeeping = (key: Uint8Array): boolean => partsOfKey(key)?.sequence !== undefined

/**
 * @param committedBytes what of the file is known to have been written and synced: damage before that took
 * something that was saved; a tail behind it is a write that was never finished, and counts as never made.
 */
export function readLogEntries(file: Uint8Array, committedBytes = 0): FileReading {
  const entries: FoundEntry[] = []
  let lost = 0
  let soundBytes = 0
  for (const piece of readLog(file)) {
    if (isUnfinished(piece, committedBytes)) continue
    const sound = piece.state === 'sound' ? readBatch(piece.content) : undefined
    if (sound === undefined) lost++
    else soundBytes = piece.to
    const before = entries.at(-1)?.sequence
    const found = sound ?? salvageBatch(piece.content, before === undefined ? undefined : before + 1, isCertain)
    for (const entry of found) {
      const certain = sound !== undefined || isCertain(entry)
      if (certain || isWorthKeeping(entry.key)) entries.push({ ...entry, isDoubtful: !certain })
    }
  }
  if (lost === 0 && soundBytes < committedBytes) lost++
  const losses = Array.from({ length: lost }, () => ({ after: undefined, before: undefined }))
  return { entries: entries.toSorted(compareEntries), losses, isSound: lost === 0 }
}

export const isUnfinished = ({ state, from }: LogPiece, committedBytes: number): boolean =>
  state === 'tail' && from >= committedBytes
