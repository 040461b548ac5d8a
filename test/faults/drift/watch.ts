/**
 * How long it takes until what was lost on the way is found and made good.
 *
 * Owns: holding each loss against the copy of the side that was not told.
 * Does not own: losing (frame-faults.ts), the copies.
 * Always holds: a loss counts as made good only when every struct and every deletion of it is there.
 */
import { type ClockRange, DeleteSet, inspectUpdate, STORED_UPDATE_LIMITS } from '@cowrite/protocol'
import * as Y from 'yjs'
import type { Loss } from './frame-faults.js'

interface Open extends Loss {
  foundAfter: number | undefined
}

export class Watch {
  /** Milliseconds from each loss that had to be made good until it was found, and until it was made good. */
  readonly found: number[] = []
  readonly healed: number[] = []
  #open: Open[] = []

  get open(): readonly Open[] {
    return this.#open
  }

  lost(losses: readonly Loss[]): void {
    this.#open.push(...losses.map((loss) => ({ ...loss, foundAfter: undefined })))
  }

  /** The server noticed that this client and it differ. */
  noticed(client: number, now: number): void {
    for (const loss of this.#open) if (loss.client === client) loss.foundAfter ??= now - loss.at
  }

  /** @param copyOf the document of the side that was not told */
  look(now: number, copyOf: (loss: Loss) => Y.Doc): void {
    const deleted = new Map<Y.Doc, DeleteSet>()
    this.#open = this.#open.filter((loss) => {
      const copy = copyOf(loss)
      if (!deleted.has(copy)) deleted.set(copy, deletedIn(copy))
      if (!holds(copy, deleted.get(copy) as DeleteSet, loss.update)) return true
      this.healed.push(now - loss.at)
      this.found.push(Math.min(now - loss.at, loss.foundAfter ?? Infinity))
      return false
    })
  }
}

function holds(copy: Y.Doc, deleted: DeleteSet, update: Uint8Array): boolean {
  const { structs, deletions } = inspectUpdate(update, STORED_UPDATE_LIMITS)
  return structs.every(({ client, end }) => Y.getState(copy.store, client) >= end) && deleted.subtract(deletions).length === 0
}

function deletedIn(doc: Y.Doc): DeleteSet {
  const ranges: ClockRange[] = []
  for (const [client, list] of Y.snapshot(doc).ds.clients) for (const { clock, len } of list) ranges.push({ client, clock, end: clock + len })
  return DeleteSet.of(ranges)
}

/** What this share of the values do not exceed. */
export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0
