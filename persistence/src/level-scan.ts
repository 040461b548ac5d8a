/**
 * Reading a whole database in the order of its keys, in portions, at one moment of it.
 *
 * Owns: the portions, and how far a scan has got.
 * Does not own: what the records mean.
 * Always holds: one portion at a time is in memory; other work gets its turn between two of them.
 */
import type { Database, DatabaseMoment } from './level-engine.js'

export type Entry = [key: Uint8Array, value: Uint8Array]

/** How far a long work has got; `total` is missing where nobody knows. */
export type OnProgress = (done: number, total: number | undefined, unit: string) => void

export interface ScanOptions {
  readonly onProgress?: OnProgress | undefined
  /** Ends it early: the scan throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** As much as is handled without a pause; takes a millisecond or two. */
const PORTION_RECORDS = 500
const PORTION_BYTES = 128 * 1024
/** Portions between two reports: LevelDB looks the place up in its index each time. */
const REPORT_EVERY = 8

/** A key behind every key of ours. */
const END = Uint8Array.of(0xff)

/** Every record as of `moment`. */
export const scan = (database: Database, moment: DatabaseMoment, options: ScanOptions = {}): AsyncGenerator<Entry[]> =>
  portions(database, database.iterator({ snapshot: moment, highWaterMarkBytes: PORTION_BYTES }), ([key]) => key, options)

/** Every key as of `moment`. */
export const scanKeys = (database: Database, moment: DatabaseMoment, options: ScanOptions = {}): AsyncGenerator<Uint8Array[]> =>
  portions(database, database.keys({ snapshot: moment, highWaterMarkBytes: PORTION_BYTES }), (key) => key, options)

async function* portions<T>(
  database: Database,
  iterator: { nextv(size: number): Promise<T[]>; close(): Promise<void> },
  keyOf: (entry: T) => Uint8Array,
  { onProgress, signal }: ScanOptions,
): AsyncGenerator<T[]> {
  try {
    const report = onProgress ? await reporter(database, onProgress) : () => Promise.resolve()
    for (let portion = 0; ; portion++) {
      signal?.throwIfAborted()
      const entries = await iterator.nextv(PORTION_RECORDS)
      const [first] = entries
      if (first === undefined) break
      yield entries
      if (portion % REPORT_EVERY === 0) await report(keyOf(first))
    }
    await report(END)
  } finally {
    await iterator.close()
  }
}

/** Measures in bytes of the files, which is what LevelDB can tell without reading. */
async function reporter(database: Database, onProgress: OnProgress): Promise<(key: Uint8Array) => Promise<void>> {
  const start = new Uint8Array()
  const total = await database.approximateSize(start, END)
  return async (key) => onProgress(key === END ? total : await database.approximateSize(start, key), total, 'bytes')
}
