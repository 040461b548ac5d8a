/**
 * Which parts of two sequences are the same, and which of the others belong together.
 *
 * Owns: longest common subsequences in bounded time, and pairing what changed by likeness.
 * Does not own: what the parts are.
 * Always holds: pairs are in order in both sequences; time and memory are bounded for any input, at the cost
 * of a longer difference.
 */

/** Index in the first sequence, index in the second. */
export type Pair = readonly [number, number]

/** Largest table of comparisons; larger ranges are split at parts that are there once in both. */
const MAX_TABLE = 250_000
/** Least likeness (0 to 1) at which a changed part counts as the same part. */
const ALIKE = 0.25

/** Pairs of equal parts, as many as can be had within the bounds. */
export function align(a: readonly string[], b: readonly string[]): Pair[] {
  const found: Pair[] = []
  const ranges: [number, number, number, number][] = [[0, a.length, 0, b.length]]
  for (let range = ranges.pop(); range; range = ranges.pop()) {
    let [fromA, toA, fromB, toB] = range
    while (fromA < toA && fromB < toB && a[fromA] === b[fromB]) found.push([fromA++, fromB++])
    while (fromA < toA && fromB < toB && a[toA - 1] === b[toB - 1]) found.push([--toA, --toB])
    if (fromA === toA || fromB === toB) continue
    if ((toA - fromA) * (toB - fromB) <= MAX_TABLE) {
      found.push(...longestCommon(a, b, fromA, toA, fromB, toB))
      continue
    }
    const anchors = uniqueAnchors(a, b, fromA, toA, fromB, toB)
    found.push(...anchors)
    let [lastA, lastB] = [fromA, fromB]
    for (const [atA, atB] of [...anchors, ...(anchors.length > 0 ? [[toA, toB] as const] : [])]) {
      ranges.push([lastA, atA, lastB, atB])
      ;[lastA, lastB] = [atA + 1, atB + 1]
    }
  }
  return found.sort(([x], [y]) => x - y)
}

function longestCommon(a: readonly string[], b: readonly string[], fromA: number, toA: number, fromB: number, toB: number): Pair[] {
  const width = toB - fromB + 1
  const lengths = new Uint32Array((toA - fromA + 1) * width)
  for (let i = toA - fromA - 1; i >= 0; i--) {
    for (let j = width - 2; j >= 0; j--) {
      lengths[i * width + j] = a[fromA + i] === b[fromB + j]
        ? lengths[(i + 1) * width + j + 1]! + 1
        : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!)
    }
  }
  const pairs: Pair[] = []
  for (let i = 0, j = 0; i < toA - fromA && j < width - 1;) {
    if (a[fromA + i] === b[fromB + j]) pairs.push([fromA + i++, fromB + j++])
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++
    else j++
  }
  return pairs
}

/** Parts that are there exactly once on both sides, in an order that both share (patience diff). */
function uniqueAnchors(a: readonly string[], b: readonly string[], fromA: number, toA: number, fromB: number, toB: number): Pair[] {
  const once = (parts: readonly string[], from: number, to: number): Map<string, number> => {
    const places = new Map<string, number>()
    for (let at = from; at < to; at++) places.set(parts[at]!, places.has(parts[at]!) ? -1 : at)
    return places
  }
  const inB = once(b, fromB, toB)
  const pairs = [...once(a, fromA, toA)]
    .map(([part, at]): Pair => [at, at === -1 ? -1 : (inB.get(part) ?? -1)])
    .filter(([, at]) => at !== -1)
  // Longest increasing run of the second index: ends[k] is the pair that ends the best run of length k + 1.
  const ends: number[] = []
  const before: number[] = []
  pairs.forEach(([, at], index) => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (pairs[ends[middle]!]![1] < at) low = middle + 1
      else high = middle
    }
    before[index] = low > 0 ? ends[low - 1]! : -1
    ends[low] = index
  })
  const run: Pair[] = []
  for (let index = ends.at(-1) ?? -1; index !== -1; index = before[index]!) run.push(pairs[index]!)
  return run.toReversed()
}

/**
 * Which changed part became which, in order, so that the sum of likenesses is largest.
 * @param likeness from 0 (nothing in common, or of another kind) to 1
 */
export function pairUp(countA: number, countB: number, likeness: (a: number, b: number) => number): Pair[] {
  if (countA === 1 && countB === 1) return likeness(0, 0) > 0 ? [[0, 0]] : []
  if (countA * countB > 10_000) {
    return Array.from({ length: Math.min(countA, countB) }, (_, at): Pair => [at, at]).filter(([i, j]) => likeness(i, j) >= ALIKE)
  }
  const width = countB + 1
  const values = Array.from({ length: countA * countB }, (_, at) => likeness(Math.floor(at / countB), at % countB))
  const best = new Float64Array((countA + 1) * width)
  const valueOf = (i: number, j: number): number => (values[i * countB + j]! >= ALIKE ? values[i * countB + j]! : 0)
  for (let i = countA - 1; i >= 0; i--) {
    for (let j = countB - 1; j >= 0; j--) {
      const together = valueOf(i, j) > 0 ? valueOf(i, j) + best[(i + 1) * width + j + 1]! : 0
      best[i * width + j] = Math.max(together, best[(i + 1) * width + j]!, best[i * width + j + 1]!)
    }
  }
  const pairs: Pair[] = []
  for (let i = 0, j = 0; i < countA && j < countB;) {
    const now = best[i * width + j]!
    if (valueOf(i, j) > 0 && now === valueOf(i, j) + best[(i + 1) * width + j + 1]!) pairs.push([i++, j++])
    else if (now === best[(i + 1) * width + j]!) i++
    else j++
  }
  return pairs
}

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? []

/** How much two texts have in common: the share of their words that are in both (Dice's coefficient). */
export function likenessOfTexts(a: string, b: string): number {
  if (a === b) return 1
  const counts = new Map<string, number>()
  const [wordsA, wordsB] = [wordsOf(a), wordsOf(b)]
  if (wordsA.length === 0 || wordsB.length === 0) return 0.1
  for (const word of wordsA) counts.set(word, (counts.get(word) ?? 0) + 1)
  let shared = 0
  for (const word of wordsB) {
    const left = counts.get(word) ?? 0
    if (left > 0) {
      shared++
      counts.set(word, left - 1)
    }
  }
  const words = (2 * shared) / (wordsA.length + wordsB.length)
  let start = 0
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++
  return Math.max(words, start / Math.max(a.length, b.length), 0.1)
}
