/**
 * A digest of a document: 16 bytes that differ when two copies differ, whoever makes them.
 *
 * Owns: the sums over a state vector and over what was deleted, and their bytes.
 * Does not own: when copies are compared, or what follows from a difference.
 * Always holds: the same document gives the same digest, in whatever order and in whatever ranges it came
 * about; taking in one change costs the same however large the document is.
 *
 * Each clock has a pseudo-random 64-bit value. A state is the sum of its clients' values; a deleted range
 * counts as the value of its end less that of its start, so ranges that touch sum up to the range that joins
 * them. This finds accidents, and is no protection against somebody who wants two documents to look alike: that
 * one could deceive only himself.
 */
import { MalformedError } from './errors.js'
import type { ClockRange } from './state-vector.js'

/** Bytes of a digest. */
export const DIGEST_BYTES = 16

/** What each of the four 32-bit sums begins its mixing with: two for the state, two for deletions. */
const SEEDS = [0x2545f491, 0x3c6ef372, 0x1f83d9ab, 0x5be0cd19] as const

const TWO_TO_32 = 2 ** 32

/** One round of MurmurHash3 (Austin Appleby, public domain). */
function mix(hash: number, word: number): number {
  const scattered = Math.imul(word, 0xcc9e2d51)
  const mixed = hash ^ Math.imul((scattered << 15) | (scattered >>> 17), 0x1b873593)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

/** A number for this clock, as good as random. */
function valueOf(seed: number, client: number, clock: number): number {
  let hash = mix(seed, client | 0)
  hash = mix(hash, (client / TWO_TO_32) | 0)
  hash = mix(hash, clock | 0)
  hash = mix(hash, (clock / TWO_TO_32) | 0)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

export class Digest {
  readonly #sums: [number, number, number, number] = [0, 0, 0, 0]

  /** The digest of a document with this state vector and these deletions, which must not overlap. */
  static of(stateVector: Iterable<readonly [client: number, clock: number]>, deletions: Iterable<ClockRange>): Digest {
    const digest = new Digest()
    for (const [client, clock] of stateVector) digest.advance(client, 0, clock)
    for (const { client, clock, end } of deletions) digest.delete(client, clock, end)
    return digest
  }

  /** The state of this client went from one clock to another. */
  advance(client: number, from: number, to: number): void {
    this.#move(0, client, from, to)
  }

  /** These clocks were deleted, none of which was deleted before. */
  delete(client: number, clock: number, end: number): void {
    this.#move(2, client, clock, end)
  }

  /** The sums as bytes, big-endian: first the state, then the deletions. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(DIGEST_BYTES)
    const view = new DataView(bytes.buffer)
    for (const [index, sum] of this.#sums.entries()) view.setInt32(index * 4, sum)
    return bytes
  }

  #move(first: 0 | 2, client: number, from: number, to: number): void {
    for (const index of [first, first + 1] as (0 | 1 | 2 | 3)[]) {
      const seed = SEEDS[index]
      // Clock 0 is worth nothing, so that a client of whom nothing is known and one that is not named are the same.
      const before = from === 0 ? 0 : valueOf(seed, client, from)
      this.#sums[index] = (this.#sums[index] + (to === 0 ? 0 : valueOf(seed, client, to)) - before) | 0
    }
  }
}

/** Whether two digests are of equal documents. */
export const isSameDigest = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

/** Whether two digests are of documents in which the same is deleted. */
export const isSameDeletion = (a: Uint8Array, b: Uint8Array): boolean =>
  isSameDigest(a.subarray(DIGEST_BYTES / 2), b.subarray(DIGEST_BYTES / 2))

/** @throws MalformedError when these bytes cannot be a digest */
export function assertDigest(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== DIGEST_BYTES) throw new MalformedError('a digest of another length')
  return bytes
}
