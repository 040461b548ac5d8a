/**
 * The committed updates since the snapshot, as a room keeps them.
 *
 * Owns: the records in their order, and their merge.
 * Does not own: what is committed (document-state.ts), when a tail is compacted (compactions.ts).
 * Always holds: the merge is made of all records or made anew; it can always be made again.
 */
import type { LogRecord } from '@cowrite/persistence'
import { mergeAll } from './merge.js'

export class Tail {
  #records: LogRecord[] = []
  #bytes = 0
  /** The merge, and how many records are in it. */
  #merged: { update: Uint8Array; count: number } | undefined

  get length(): number {
    return this.#records.length
  }

  /** Bytes of all updates. */
  get bytes(): number {
    return this.#bytes
  }

  get records(): readonly LogRecord[] {
    return this.#records
  }

  /** Bytes of the merge, where it is more than the one record. */
  get mergedBytes(): number {
    return this.#merged && this.#merged.count > 1 ? this.#merged.update.length : 0
  }

  append(record: LogRecord): void {
    this.#records.push(record)
    this.#bytes += record.update.length
  }

  /** All of it as one update; undefined when there is none. */
  update(): Uint8Array | undefined {
    const { length } = this.#records
    if (length === 0) return undefined
    const merged = this.#merged
    if (merged?.count === length) return merged.update
    const unmerged = this.#records.slice(merged?.count ?? 0).map((record) => record.update)
    const update = mergeAll([merged?.update, ...unmerged])
    this.#merged = { update, count: length }
    return update
  }

  forgetMerge(): void {
    this.#merged = undefined
  }

  /** Forgets the records that a snapshot stands for now. */
  dropThrough(sequence: number): void {
    const rest = this.#records.filter((record) => record.sequence > sequence)
    this.#records = []
    this.#bytes = 0
    this.#merged = undefined
    for (const record of rest) this.append(record)
  }
}
