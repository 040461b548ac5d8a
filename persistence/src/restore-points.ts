/**
 * Restore points: what a document held before much of it went.
 *
 * Owns: how many are kept, which go first, and what a document's content is made of.
 * Does not own: when one is wanted (the server), how they lie in a storage.
 * Always holds: the first and the last are never let go of for others.
 */
import type { RestorePointNote, StoredDocument } from './storage.js'

/** For each document, unless told otherwise. */
export const RESTORE_POINTS_KEPT = 10

/**
 * Which of these go so that `keep` remain. Nearness is counted in updates: who deletes and undoes
 * again and again thins out their own, and not what others left before.
 * @param sequences in ascending order
 */
export function surplus(sequences: readonly number[], keep: number): number[] {
  if (keep <= 0) return [...sequences]
  const left = [...sequences]
  const gone: number[] = []
  while (left.length > keep) {
    let at = Math.min(1, left.length - 1)
    for (let index = at; index < left.length - 1; index++) if (distance(left, index) < distance(left, at)) at = index
    // With room for one alone the last stays.
    gone.push(...left.splice(keep === 1 ? 0 : at, 1))
  }
  return gone
}

const distance = (sequences: readonly number[], index: number): number => sequences[index]! - sequences[index - 1]!

/** The updates that a document consists of. */
export const contentOf = ({ snapshot, tail }: Pick<StoredDocument, 'snapshot' | 'tail'>): Uint8Array[] => [
  ...(snapshot ? [snapshot.update] : []),
  ...tail.map(({ update }) => update),
]

export function checkNote({ author, time, reason }: RestorePointNote): void {
  if (typeof time !== 'number' || Number.isNaN(time)) throw new TypeError('a time is a number')
  if (typeof reason !== 'string' || reason === '') throw new TypeError('a reason is a text')
  if (author !== undefined && typeof author !== 'string') throw new TypeError('an author is a text')
}
