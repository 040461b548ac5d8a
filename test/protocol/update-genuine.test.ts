/**
 * Property: what Yjs writes passes the door, and the summary says what Yjs reads.
 * COWRITE_SEED and COWRITE_RUNS make longer or repeated runs.
 */
import { decodeStateVector, hasGap, inspectUpdate, type ClockRange, type UpdateSummary } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { playEditing, type GenuineUpdate } from './editing.js'
import { firstSeed, randomFrom, runCount } from './random.js'

/** What Yjs itself reads from the update, in the shape of a summary. */
function asYjsReads(bytes: Uint8Array): Pick<UpdateSummary, 'deletions' | 'incomplete'> & { structs: ClockRange[] } {
  const { structs, ds } = Y.decodeUpdate(bytes)
  const ranges: { client: number; clock: number; end: number }[] = []
  for (const { id, length } of structs) {
    const last = ranges.at(-1)
    if (last?.client === id.client) last.end = id.clock + length
    else ranges.push({ client: id.client, clock: id.clock, end: id.clock + length })
  }
  const deletions: ClockRange[] = []
  for (const [client, items] of ds.clients) {
    for (const { clock, len } of items) deletions.push({ client, clock, end: clock + len })
  }
  return { structs: ranges, deletions, incomplete: structs.some((struct) => struct.constructor === Y.Skip) }
}

/** Whether Yjs has to keep a part of the update waiting. */
function yjsWaits(base: Uint8Array | undefined, bytes: Uint8Array): boolean {
  const doc = new Y.Doc()
  if (base !== undefined) Y.applyUpdate(doc, base)
  Y.applyUpdate(doc, bytes)
  return doc.store.pendingStructs !== null || doc.store.pendingDs !== null
}

function check({ how, bytes }: GenuineUpdate, bases: readonly Uint8Array[]): void {
  const summary = inspectUpdate(bytes)
  const expected = asYjsReads(bytes)
  expect(summary.structs.map(({ client, clock, end }) => ({ client, clock, end })), how).toEqual(expected.structs)
  expect(summary.deletions, how).toEqual(expected.deletions)
  expect(summary.incomplete, how).toBe(expected.incomplete)
  const { to } = Y.parseUpdateMeta(bytes)
  expect(new Map(summary.structs.map(({ client, end }) => [client, end])), how).toEqual(to)
  if (summary.incomplete) {
    expect(hasGap(summary, new Map()), how).toBe(true)
    return
  }
  for (const base of [undefined, ...bases]) {
    const known = base === undefined ? new Map() : decodeStateVector(Y.encodeStateVectorFromUpdate(base))
    expect(hasGap(summary, known), how).toBe(yjsWaits(base, bytes))
  }
}

/** Time limit: long runs are asked for by COWRITE_RUNS, and a busy machine is no failure. */
const RUN_MS = 60_000 + 1000 * runCount(0)

describe('genuine updates', () => {
  it('[UP1] [UP2] [UP20] every update that Yjs writes passes, is summed up as Yjs reads it, and has a gap exactly where Yjs waits', () => {
    const first = firstSeed()
    let updates = 0
    let incomplete = 0
    for (let seed = first; seed < first + runCount(40); seed++) {
      const random = randomFrom(seed)
      const all: GenuineUpdate[] = []
      const bases: Uint8Array[] = []
      try {
        playEditing(random, 60, (update) => {
          all.push(update)
          if (update.how === 'live' && random.chance(0.1)) bases.push(Y.mergeUpdates(all.filter(({ how }) => how === 'live').map((u) => u.bytes)))
        })
        for (const update of all) {
          check(update, random.chance(0.3) && bases.length > 0 ? [random.pick(bases)] : [])
          updates++
          if (inspectUpdate(update.bytes).incomplete) incomplete++
        }
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error })
      }
    }
    console.log(`genuine updates: seeds from ${first}, ${updates} updates, ${incomplete} with holes`)
    expect(updates).toBeGreaterThan(0)
  }, RUN_MS)
})
