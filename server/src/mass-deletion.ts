/**
 * Deletions that take most of a document away.
 *
 * Owns: what counts as one. Does not own: what is done then (room.ts asks storage for a restore point).
 * Always holds: it is counted in Yjs' own units, about one for each character and two for each block.
 */
import type { ClockRange } from '@cowrite/protocol'

/** A document with less than this in it is written anew as fast as it is deleted. */
export const LONG_DOCUMENT_UNITS = 1_000

export const unitsIn = (ranges: Iterable<ClockRange>): number => {
  let units = 0
  for (const { clock, end } of ranges) units += end - clock
  return units
}

/**
 * More than half of a long document.
 * @param left units that are there and not deleted before; asked only where it can matter
 */
export function isMassDeletion(deleted: number, left: () => number): boolean {
  if (deleted * 2 <= LONG_DOCUMENT_UNITS) return false
  const there = left()
  return there >= LONG_DOCUMENT_UNITS && deleted * 2 > there
}
