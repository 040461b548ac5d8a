/**
 * Seeded chance for the property tests of this folder.
 *
 * Owns: the generator, and which seed a run takes (COWRITE_SEED, else the clock; it is printed).
 * Does not own: what is drawn.
 * Always holds: the same seed gives the same run.
 */

export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  int(below: number): number
  /** True with this probability. */
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
}

/** sfc32 by Chris Doty-Humphrey, seeded with one number. */
export function randomFrom(seed: number): Random {
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = 0xb7e15162
  let d = seed | 0
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 12; i++) next()
  const int = (below: number): number => Math.floor(next() * below)
  return {
    int,
    chance: (probability) => next() < probability,
    pick: (list) => {
      const item = list[int(list.length)]
      if (item === undefined) throw new Error('pick from an empty list')
      return item
    },
  }
}

/** The first seed of a run: COWRITE_SEED, or a new one. */
export const firstSeed = (): number => Number(process.env['COWRITE_SEED'] ?? Date.now() % 1_000_000_000)

/** How many seeds a run takes: COWRITE_RUNS, or what keeps the suite short. */
export const runCount = (usual: number): number => Number(process.env['COWRITE_RUNS'] ?? usual)
