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
import { isKind } from './keys.js'
import { type Entry, readBatch, salvageBatch } from './leveldb/batch.js'
import type { LevelFile } from './leveldb/directory.js'
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
  /** By key, the newest first. */
  readonly entries: readonly FoundEntry[]
  readonly losses: readonly Loss[]
  /** Whether every byte that LevelDB reads is what it wrote. A damaged table may have lost nothing. */
  readonly isSound: boolean
}

/** A source of `newestEntries` that tells what it found missing when it is read. */
export function fileSource(
  directory: string,
  { name }: LevelFile,
  smallest: Uint8Array | undefined,
  onRead: (file: string, reading: FileReading, bytes: number) => void,
): EntrySource {
  return {
    smallest,
    async read() {
      const bytes = await readFile(join(directory, name))
      const reading = name.endsWith('.log') ? readLogEntries(bytes) : readTableEntries(bytes)
      onRead(name, reading, bytes.length)
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
    if (!certain && !(inOrder && isOurs(entry.key))) continue
    found.push({ ...entry, isDoubtful: !certain })
    if (inOrder) last = entry.key
  }
  return found
}

const isOurs = (key: Uint8Array): boolean => isKind(key[0])

/**
 * @param committedBytes what of the file is known to have been written and synced: damage before that took
 * something that was saved; a tail behind it is a write that was never finished, and counts as never made.
 */
export function readLogEntries(file: Uint8Array, committedBytes = 0, sequenceBefore?: number): FileReading {
  const entries: FoundEntry[] = []
  const losses: Loss[] = []
  for (const piece of readLog(file)) {
    if (isUnfinished(piece, committedBytes)) continue
    const sound = piece.state === 'sound' ? readBatch(piece.content) : undefined
    if (sound !== undefined) {
      for (const entry of sound) entries.push({ ...entry, isDoubtful: false })
      continue
    }
    const before = entries.at(-1)?.sequence ?? sequenceBefore
    const left = salvageBatch(piece.content, before === undefined ? undefined : before + 1, isCertain).filter(({ key }) => isOurs(key))
    for (const entry of left) entries.push({ ...entry, isDoubtful: !isCertain(entry) })
    losses.push({ after: undefined, before: undefined })
  }
  return { entries: entries.toSorted(compareEntries), losses, isSound: losses.length === 0 }
}

export const isUnfinished = ({ state, from }: LogPiece, committedBytes: number): boolean =>
  state === 'tail' && from >= committedBytes
