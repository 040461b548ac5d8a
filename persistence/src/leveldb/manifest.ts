/**
 * LevelDB's MANIFEST: which tables and logs make up the database.
 *
 * Owns: reading it, and judging whether all that it names is there.
 * Does not own: mending anything. Always holds: reading never throws.
 *
 * Each record is an edit of what the records before it said. An edit is on the disk before the files that it
 * makes superfluous are deleted. So a MANIFEST that lost its end names tables or a log that are gone, and
 * that is how it is told from a whole one; LevelDB looks at the tables only, opens without the log,
 * and deletes the tables that the lost edits had added.
 */
import { ByteReader } from './bytes.js'
import { readLog } from './log-file.js'

export interface TableEntry {
  readonly level: number
  readonly number: number
  readonly bytes: number
  /** User keys. */
  readonly smallest: Uint8Array
  readonly largest: Uint8Array
}

export interface Manifest {
  readonly tables: ReadonlyMap<number, TableEntry>
  /** Logs from this one on hold what is not in the tables yet. */
  readonly logNumber: number
  readonly lastSequence: number
  /** Where the last sound record ends, when something spoilt follows: a crash in the middle of a write leaves that. */
  readonly soundBytes: number
  readonly hasTail: boolean
}

/** @returns undefined when it is damaged anywhere but at its end. */
export function readManifest(file: Uint8Array): Manifest | undefined {
  const tables = new Map<number, TableEntry>()
  let logNumber: number | undefined
  let lastSequence = 0
  let soundBytes = 0
  let hasTail = false
  for (const piece of readLog(file)) {
    if (piece.state === 'spoilt') return undefined
    if (piece.state === 'tail') {
      hasTail = true
      continue
    }
    const edit = readEdit(piece.content)
    if (edit === undefined) return undefined
    soundBytes = piece.to
    logNumber = edit.logNumber ?? logNumber
    lastSequence = edit.lastSequence ?? lastSequence
    for (const number of edit.gone) tables.delete(number)
    for (const table of edit.tables) tables.set(table.number, table)
  }
  return logNumber === undefined ? undefined : { tables, logNumber, lastSequence, soundBytes, hasTail }
}

interface Edit {
  readonly logNumber: number | undefined
  readonly lastSequence: number | undefined
  readonly gone: readonly number[]
  readonly tables: readonly TableEntry[]
}

function readEdit(content: Uint8Array): Edit | undefined {
  const reader = new ByteReader(content)
  const gone: number[] = []
  const tables: TableEntry[] = []
  let logNumber: number | undefined
  let lastSequence: number | undefined
  while (!reader.isAtEnd) {
    switch (reader.varint()) {
      case 1: // name of the order of keys
        if (reader.prefixed() === undefined) return undefined
        break
      case 2:
        if ((logNumber = reader.varint()) === undefined) return undefined
        break
      case 3: // next file number
      case 9: // a log number of old versions
        if (reader.varint() === undefined) return undefined
        break
      case 4:
        if ((lastSequence = reader.varint()) === undefined) return undefined
        break
      case 5: // where the next compaction of a level begins
        if (reader.varint() === undefined || reader.prefixed() === undefined) return undefined
        break
      case 6: {
        const number = reader.varint() === undefined ? undefined : reader.varint()
        if (number === undefined) return undefined
        gone.push(number)
        break
      }
      case 7: {
        const table = readTableEntry(reader)
        if (table === undefined) return undefined
        tables.push(table)
        break
      }
      default:
        return undefined
    }
  }
  return { logNumber, lastSequence, gone, tables }
}

function readTableEntry(reader: ByteReader): TableEntry | undefined {
  const level = reader.varint()
  const number = reader.varint()
  const bytes = reader.varint()
  const smallest = reader.prefixed()
  const largest = reader.prefixed()
  if (level === undefined || number === undefined || bytes === undefined) return undefined
  if (smallest === undefined || largest === undefined || smallest.length < 8 || largest.length < 8) return undefined
  return { level, number, bytes, smallest: smallest.slice(0, -8), largest: largest.slice(0, -8) }
}
