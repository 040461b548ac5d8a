/**
 * What only shows across the structs of an update: waiting in a circle, and types nested too deeply.
 *
 * Owns: both checks and the trace of structs that they work on.
 * Does not own: reading (update-inspect.ts); nesting that grows over many updates, which only the document shows.
 * Always holds: no recursion, time linear in the number of structs but for one binary search per
 * reference followed.
 */
import { MalformedError } from './errors.js'
import type { ClockRange } from './state-vector.js'

/** How a struct names its place: by the item to its left, by its parent item, or not by an id at all. */
export const Via = { nothing: 0, sibling: 1, parent: 2 } as const

/** One entry per struct of the update, in its order; parallel lists, because there may be 200,000. */
export interface Trace {
  /** For each client block, the number of entries before it. */
  readonly blockStarts: number[]
  /** First clock. */
  readonly clock: number[]
  /** One of `Via`, plus 4 where the struct is a type. */
  readonly kind: number[]
  readonly viaClient: number[]
  readonly viaClock: number[]
  /** Right origin; client -1 where there is none. */
  readonly rightClient: number[]
  readonly rightClock: number[]
}

const IS_TYPE = 4

export const newTrace = (): Trace => ({
  blockStarts: [], clock: [], kind: [], viaClient: [], viaClock: [], rightClient: [], rightClock: [],
})

export function addToTrace(
  trace: Trace, clock: number, via: number, isType: boolean,
  viaClient: number, viaClock: number, rightClient: number, rightClock: number,
): void {
  trace.clock.push(clock)
  trace.kind.push(isType ? via + IS_TYPE : via)
  trace.viaClient.push(viaClient)
  trace.viaClock.push(viaClock)
  trace.rightClient.push(rightClient)
  trace.rightClock.push(rightClock)
}

/**
 * Refuses structs that wait for each other. Yjs takes the structs of a client in order, each after
 * those of other clients that it refers to; a circle stays pending for ever, though no state vector
 * shows anything missing. Goes down the way Yjs does, with a stack of blocks: one that waits for a
 * block which is itself waiting further up closes a circle.
 * @throws MalformedError
 */
export function checkOrder(blocks: readonly ClockRange[], trace: Trace): void {
  const indexOf = new Map<number, number>()
  for (let i = 0; i < blocks.length; i++) indexOf.set((blocks[i] as ClockRange).client, i)
  /** For each block, the next struct of the trace that Yjs has not taken. */
  const next = trace.blockStarts.slice()
  const waiting = new Uint8Array(blocks.length)
  /** Blocks that wait, and the clock of theirs that the one above waits for. */
  const stack: number[] = []
  const goals: number[] = []

  /** The block that this reference of `from` must wait for, or -1. */
  const blocker = (from: number, client: number, clock: number): number => {
    const target = client < 0 ? undefined : indexOf.get(client)
    if (target === undefined || target === from) return -1
    const block = blocks[target] as ClockRange
    if (clock < block.clock || clock >= block.end) return -1 // not brought by this update
    return reached(target) > clock ? -1 : target
  }
  /** The first clock of a block that Yjs has not taken. */
  const reached = (index: number): number => {
    const at = next[index] as number
    return at < blockEnd(trace, index) ? (trace.clock[at] as number) : (blocks[index] as ClockRange).end
  }

  for (let root = 0; root < blocks.length; root++) {
    stack.push(root)
    goals.push((blocks[root] as ClockRange).end - 1)
    waiting[root] = 1
    while (stack.length > 0) {
      const current = stack[stack.length - 1] as number
      const goal = goals[goals.length - 1] as number
      const end = blockEnd(trace, current)
      let at = next[current] as number
      let target = -1
      let targetClock = 0
      while (at < end && (trace.clock[at] as number) <= goal) {
        if ((trace.kind[at] as number) % IS_TYPE !== Via.nothing) {
          targetClock = trace.viaClock[at] as number
          target = blocker(current, trace.viaClient[at] as number, targetClock)
        }
        if (target < 0) {
          targetClock = trace.rightClock[at] as number
          target = blocker(current, trace.rightClient[at] as number, targetClock)
        }
        if (target >= 0) break
        at++
      }
      next[current] = at
      if (target < 0) {
        waiting[current] = 0
        stack.pop()
        goals.pop()
        continue
      }
      if (waiting[target] === 1) throw new MalformedError('structs wait for each other in a circle')
      waiting[target] = 1
      stack.push(target)
      goals.push(targetClock)
    }
  }
}

/**
 * Refuses types nested deeper than `maxDepth` within this update. A type without an id that leads
 * into the update counts as one level; what it hangs on outside is not known here.
 * @throws MalformedError
 */
export function checkTypeDepth(blocks: readonly ClockRange[], trace: Trace, maxDepth: number): void {
  const indexOf = new Map<number, number>()
  for (let i = 0; i < blocks.length; i++) indexOf.set((blocks[i] as ClockRange).client, i)
  const count = trace.clock.length
  /** Types around each struct, plus one; 0 is not yet known. */
  const depths = new Uint32Array(count)
  const path: number[] = []
  for (let first = 0; first < count; first++) {
    if ((trace.kind[first] as number) < IS_TYPE) continue
    let depth = 0
    // Follow what places the struct until a known depth or the end, then count back down.
    for (let at = first; ; ) {
      depth = depths[at] as number
      if (depth > 0) break
      path.push(at)
      const via = (trace.kind[at] as number) % IS_TYPE
      let client = trace.viaClient[at] as number
      let clock = trace.viaClock[at] as number
      if (via === Via.nothing) {
        client = trace.rightClient[at] as number
        clock = trace.rightClock[at] as number
      }
      const index = client < 0 ? undefined : indexOf.get(client)
      const target = index === undefined ? -1 : tracedAt(blocks[index] as ClockRange, trace, index, clock)
      if (target < 0) {
        depth = 1 // what it hangs on lies outside, or is a root; `at` itself is counted below
        break
      }
      at = target
    }
    while (path.length > 0) {
      const at = path.pop() as number
      if ((trace.kind[at] as number) % IS_TYPE === Via.parent) depth++
      if (depth > maxDepth) throw new MalformedError('types nested too deeply')
      depths[at] = depth
    }
  }
}

/** The entry of the trace with this clock; -1 where this block does not have it. */
function tracedAt(block: ClockRange, trace: Trace, index: number, clock: number): number {
  if (clock < block.clock || clock >= block.end) return -1
  let low = trace.blockStarts[index] as number
  let high = blockEnd(trace, index) - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((trace.clock[middle] as number) <= clock) low = middle
    else high = middle - 1
  }
  return low
}

/** The number of entries up to the end of a block. */
const blockEnd = (trace: Trace, index: number): number => trace.blockStarts[index + 1] ?? trace.clock.length
