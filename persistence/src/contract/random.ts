/**
 * A seeded generator of numbers, so that a failure can be had again.
 *
 * Owns: nothing else. Always holds: the same seed gives the same numbers on every machine.
 * mulberry32, public domain, by Tommy Ettinger.
 */

/** @returns a function that gives numbers in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
