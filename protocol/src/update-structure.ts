/**
 * What only shows across the structs of an update: waiting in a circle, and types nested too deeply.
 *
 * Owns: both checks and the trace of structs that they work on.
 * Does not own: reading (update.ts); nesting that grows over many updates, which only the document shows.
 * Always holds: no recursion, time linear in the number of structs but for one binary search per
 * reference followed.
 */
import { MalformedError } from './errors.js'
import type { ClockRange } from './update.js'

/** A client block, and which entries of the trace are its structs. */
export interface Block extends ClockRange {
  readonly firstTraced: number
  readonly traced: number
}

/** How a struct names its place: by the item to its left, by its parent item, or not by an id at all. */
export const Via = { nothing: 0, sibling: 1, parent: 2 } as const

/** One entry per struct of the update, in its order; parallel lists, because there may be 200,000. */
export interface Trace {
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
  clock: [], kind: [], viaClient: [], viaClock: [], rightClient: [], rightClock: [],
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
export function checkOrder(blocks: readonly Block[], trace: Trace): void {
  const indexOf = new Map<number, number>()
  for (let i = 0; i < blocks.length; i++) indexOf.set((blocks[i] as Block).client, i)
  /** For each block, the next struct of the trace that Yjs has not taken. */
  const next = blocks.map((block) => block.firstTraced)
  const waiting = new Uint8Array(blocks.length)
  /** Blocks that wait, and the clock of theirs that the one above waits for. */
  const stack: number[] = []
  const goals: number[] = []

  /** The block that this reference of `from` must wait for, or -1. */
  const blocker = (from: number, client: number, clock: number): number => {
    const target = client < 0 ? undefined : indexOf.get(client)
    if (target === undefined || target === from) return -1
    const block = blocks[target] as Block
    if (clock < block.clock || clock >= block.end) return -1 // not brought by this update
    return reached(target) > clock ? -1 : target
  }
  /** The first clock of a block that Yjs has not taken. */
  const reached = (index: number): number => {
    const block = blocks[index] as Block
    const at = next[index] as number
    return at < block.firstTraced + block.traced ? (trace.clock[at] as number) : block.end
  }

  for (let root = 0; root < blocks.length; root++) {
    stack.push(root)
    goals.push((blocks[root] as Block).end - 1)
    waiting[root] = 1
    while (stack.length > 0) {
      const current = stack[stack.length - 1] as number
      const goal = goals[goals.length - 1] as number
      const block = blocks[current] as Block
      const end = block.firstTraced + block.traced
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
export function checkTypeDepth(blocks: readonly Block[], trace: Trace, maxDepth: number): void {
  const indexOf = new Map<number, Block>()
  for (const block of blocks) indexOf.set(block.client, block)
  const count = trace.clock.length
  /** Types around each struct, plus one; 0 is not yet known. */
  const depths = new Uint16Array(count)
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
      const block = client < 0 ? undefined : indexOf.get(client)
      const target = block === undefined ? -1 : tracedAt(block, trace.clock, clock)
      if (target < 0) {
        depth = 1
        depths[at] = via === Via.parent ? 2 : 1
        path.pop()
        depth = depths[at] as number
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

/** The struct of this block that has this clock; -1 if none. */
function tracedAt(block: Block, clocks: readonly number[], clock: number): number {
  if (clock < block.clock || clock >= block.end) return -1
  let low = block.firstTraced
  let high = block.firstTraced + block.traced - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((clocks[middle] as number) <= clock) low = middle
    else high = middle - 1
  }
  return low
}
