/**
 * One file on a disk whose power may be cut: what was written and synced, and what may be left of it.
 *
 * Owns: the states of a file's content after a cut. Does not own: its names (disk-model.ts).
 * Always holds: what was written before a sync that had ended is there, byte for byte; of each later
 * sector the disk has one of the states that it went through, and the length may run ahead of the content.
 */

/** What becomes of what was not synced: nothing of it is there, all of it, or some of it by chance. */
export type Luck = 'none' | 'all' | (() => number)

const SECTOR = 512

interface Write {
  readonly start: number
  readonly end: number
  readonly offset: number
  readonly bytes: Uint8Array
}

export interface FileHistory {
  /** What it held, synced, before the record begins. */
  readonly before: Uint8Array
  readonly writes: Write[]
  readonly syncs: { readonly start: number; readonly end: number }[]
}

/**
 * What the file may hold when the power goes at this place of the record.
 * @param grownUntil the place from which on no file has grown any more, where lengths keep the order of names
 */
export function contentAfter({ before, writes, syncs }: FileHistory, at: number, luck: Luck, grownUntil = Infinity): Uint8Array {
  const endOf = (list: readonly Write[]): number => Math.max(before.length, ...list.map(({ offset, bytes }) => offset + bytes.length))
  const mostLength = endOf(writes.filter(({ start }) => start <= grownUntil))
  const begun = writes.filter(({ start, offset, bytes }) => start <= at && (start <= grownUntil || offset + bytes.length <= mostLength))
  const lastSync = Math.max(-1, ...syncs.flatMap(({ start, end }) => (end <= at ? [start] : [])))
  const safe = begun.filter(({ end }) => end < lastSync)
  const open = begun.filter(({ end }) => end >= lastSync)
  const content = new Uint8Array(endOf(begun))
  content.set(before)
  for (const { offset, bytes } of safe) content.set(bytes, offset)
  if (luck === 'none') return content.subarray(0, endOf(safe))
  if (luck === 'all') {
    for (const { offset, bytes } of open) content.set(bytes, offset)
    return content
  }
  // Some disks write in order, some do not.
  const isOrdered = luck() < 0.4
  const chance = luck()
  let length = endOf(safe)
  const reached = new Map<number, number>()
  for (const [index, { offset, bytes }] of open.entries()) {
    for (let from = offset; from < offset + bytes.length; ) {
      const sector = Math.floor(from / SECTOR)
      const to = Math.min(offset + bytes.length, (sector + 1) * SECTOR)
      if (!reached.has(sector)) reached.set(sector, isOrdered ? chance * open.length : luck() < chance ? luck() * (open.length + 1) : 0)
      if (index < (reached.get(sector) ?? 0)) {
        content.set(bytes.subarray(from - offset, to - offset), from)
        length = Math.max(length, to)
      }
      from = to
    }
  }
  // The length may be on the disk before the content, or in its middle.
  return content.subarray(0, luck() < 0.5 ? length : length + Math.floor(luck() * (content.length - length + 1)))
}
