/**
 * A backup directory: its parts in order, and what they amount to together.
 *
 * Owns: the names of parts, which of them belong together, and merging them into one view.
 * Does not own: the bytes of a part (backup-frames.ts), making one (backup.ts).
 * Always holds: only parts that follow on from each other without a hole are merged; the merged view gives
 * every record once, in the order of the keys, as the latest part has it.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Change, PartReader, type PartEnd, type PartHeader } from './backup-frames.js'
import { OperatorError } from './operator-error.js'

export const PART_PREFIX = 'cowrite-'
const PART_NAME = /^cowrite-(\d{6,})\.backup$/

export const partPath = (directory: string, part: number): string =>
  join(directory, `${PART_PREFIX}${String(part).padStart(6, '0')}.backup`)

/** A record that is there. */
export interface Kept {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Numbers of the parts that are there, ascending; none when there is no such directory. */
export async function partNumbers(directory: string): Promise<number[]> {
  let entries: string[]
  try {
    entries = await readdir(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const numbers = entries.flatMap((entry) => PART_NAME.exec(entry)?.[1] ?? []).map(Number)
  return numbers.sort((a, b) => a - b)
}

/**
 * The parts of the latest backup: the last full one and what was added to it. To be closed.
 */
export class Chain {
  readonly headers: readonly PartHeader[]
  readonly #readers: readonly PartReader[]
  #end: PartEnd | undefined

  private constructor(readers: readonly PartReader[]) {
    this.#readers = readers
    this.headers = readers.map(({ header }) => header)
  }

  /**
   * @param through the last part to take; the newest unless given
   * @returns undefined when there is no part
   * @throws OperatorError `damaged` when one is missing or damaged
   */
  static async open(directory: string, through = Infinity): Promise<Chain | undefined> {
    const readers: PartReader[] = []
    try {
      for (const part of (await partNumbers(directory)).filter((number) => number <= through).toReversed()) {
        const reader = await PartReader.open(partPath(directory, part))
        const [next] = readers
        readers.unshift(reader)
        if (next && next.header.base !== reader.header.id) throw broken(directory, next.header.part)
        if (reader.header.base === undefined) return new Chain(readers)
      }
      if (readers[0]) throw broken(directory, readers[0].header.part)
      return undefined
    } catch (error) {
      for (const reader of readers) await reader.close()
      throw error
    }
  }

  get last(): PartHeader {
    return this.headers.at(-1) as PartHeader
  }

  /** What the newest part says all parts amount to; there once `records` came to its end. */
  get end(): PartEnd {
    if (this.#end === undefined) throw new Error('the parts were not read to their end')
    return this.#end
  }

  /** Bytes of all parts, and how many of them were read. */
  get progress(): { readonly done: number; readonly total: number } {
    const all = this.#readers.map(({ progress }) => progress)
    return { done: all.reduce((sum, { done }) => sum + done, 0), total: all.reduce((sum, { total }) => sum + total, 0) }
  }

  /** Everything that is there, in the order of the keys. Once only. @throws OperatorError `damaged` */
  async *records(): AsyncGenerator<Kept[]> {
    const cursors: Cursor[] = []
    for (const [age, reader] of this.#readers.entries()) {
      const cursor = { reader, age, changes: [], at: -1 }
      if (await step(cursor)) insert(cursors, cursor)
    }
    let found: Kept[] = []
    let former: Uint8Array | undefined
    for (let cursor = cursors.shift(); cursor; cursor = cursors.shift()) {
      const { key, value } = cursor.changes[cursor.at] as Change
      // Of equal keys the newest part's comes first; the others are what it replaced.
      const isNews = former === undefined || Buffer.compare(key, former) !== 0
      if (isNews && value !== undefined) found.push({ key, value })
      former = key
      const isChunkEnd = cursor.at + 1 >= cursor.changes.length
      if (isChunkEnd && found.length > 0) {
        yield found
        found = []
      }
      if (isChunkEnd ? await step(cursor) : ++cursor.at) insert(cursors, cursor)
    }
    if (found.length > 0) yield found
    this.#end = this.#readers.at(-1)?.end
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) await reader.close()
  }
}

interface Cursor {
  readonly reader: PartReader
  /** The greater the newer. */
  readonly age: number
  changes: Change[]
  at: number
}

/** Goes to the first record of the next chunk; false at the end. */
async function step(cursor: Cursor): Promise<boolean> {
  for (;;) {
    const changes = await cursor.reader.next()
    if (changes === undefined) return false
    cursor.changes = changes
    cursor.at = 0
    if (changes.length > 0) return true
  }
}

/** Keeps the cursors in order, smallest key first. Nearly all records are the oldest part's, which is soon found at the front. */
function insert(cursors: Cursor[], cursor: Cursor): void {
  let low = 0
  let high = cursors.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(cursor, cursors[middle] as Cursor)) high = middle
    else low = middle + 1
  }
  cursors.splice(low, 0, cursor)
}

function isBefore(a: Cursor, b: Cursor): boolean {
  const order = Buffer.compare((a.changes[a.at] as Change).key, (b.changes[b.at] as Change).key)
  return order < 0 || (order === 0 && a.age > b.age)
}

const broken = (directory: string, part: number): OperatorError =>
  new OperatorError(
    'damaged',
    `The backup in ${directory} is incomplete: what part ${part} adds to is missing. ` +
      'Put the missing file back, or begin anew with a full backup.',
  )
