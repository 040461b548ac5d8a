/**
 * The power goes at any moment of a storage's work.
 *
 * Proves rules DU1 to DU3 on the real LevelStorage and the real LevelDB: their system calls are recorded while they
 * append, compact, remove, erase, close and open; then the data directory is made anew as a disk may hold it after a cut at
 * a place of that record (power-cut/disk-model.ts says what a disk may hold), opened, read and written to.
 *
 * COWRITE_RUNS sets the number of cuts (200; with COWRITE_LONG=1 10,000), COWRITE_SEED the seed, which is printed.
 */
import * as prng from 'lib0/prng'
import { beforeAll, describe, expect, it } from 'vitest'
import { DiskModel, type FileSystem } from './power-cut/disk-model.js'
import type { Luck } from './power-cut/file-history.js'
import { type Cut, openAfter, recordWork, type Work } from './power-cut/recording.js'
import { whyNoSystemCalls } from './power-cut/system-calls.js'

const isLong = process.env['COWRITE_LONG'] === '1'
const CUTS = Number(process.env['COWRITE_RUNS'] ?? (isLong ? 10_000 : 200))
const SEED = Number(process.env['COWRITE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** Operations that are recorded; some 20 lines of record each. */
const OPERATIONS = isLong ? 1_000 : 250
/** How often the power goes again after the first cut, each time while what the last one left is opened or worked on. */
const CUTS_IN_A_ROW = isLong ? 100 : 3
const CUTS_AFTER_EACH = 10
const TIME_LIMIT_MS = 60_000 + CUTS * 60 + CUTS_IN_A_ROW * 3_000

const whyNot = whyNoSystemCalls()
const random = prng.create(SEED)
const chance: Luck = () => prng.real53(random)
const LUCKS: readonly Luck[] = ['none', chance, 'all', chance]

/** So many places of a record: right before and after syncs and acknowledgements, all of them if there are enough, and any in between. */
function placesOf({ disk, told }: Work, count: number): number[] {
  const boundaries = [...disk.boundaries, ...told.acknowledgements].toSorted((a, b) => a - b)
  const last = Math.max(...boundaries)
  return Array.from({ length: count }, (_, index) =>
    index % 3 === 2 ? prng.int32(random, 0, last) : (boundaries[Math.floor((index / count) * boundaries.length)] ?? 0),
  )
}

const cutsOf = (work: Work, fileSystem: FileSystem, count: number): Cut[] =>
  placesOf(work, count).map((at, index) => ({ at, fileSystem, luck: LUCKS[index % LUCKS.length] ?? 'none' }))

interface Finding {
  readonly faults: readonly string[]
  /** How many were refused, and had to be repaired; of these, what repair did not bring back. */
  readonly refused: number
  readonly lostWithRefusal: readonly string[]
}

async function lookAfter(work: Pick<Work, 'disk' | 'told'>, cuts: readonly Cut[]): Promise<Finding> {
  const faults: string[] = []
  const lostWithRefusal: string[] = []
  let refused = 0
  for (const cut of cuts) {
    const { fault, wasRefused } = await openAfter(work, cut)
    if (wasRefused) refused++
    if (fault !== undefined) (wasRefused ? lostWithRefusal : faults).push(fault.slice(0, 2_000))
  }
  return { faults, refused, lostWithRefusal }
}

describe('a power cut', () => {
  let work: Work
  beforeAll(async () => {
    if (whyNot === undefined) work = await recordWork({ durability: 'fsync', seed: SEED, operations: OPERATIONS })
  }, 300_000)

  it(`[DU1] on a file system that keeps names in order takes nothing acknowledged, seed ${SEED}`, { timeout: TIME_LIMIT_MS }, async ({ skip }) => {
    if (whyNot !== undefined) return skip(whyNot)
    const cuts = cutsOf(work, 'journal', Math.ceil(CUTS / 2))
    const { faults, refused } = await lookAfter(work, cuts)
    console.log(`power cuts, names in order: seed ${SEED}, ${work.told.count} operations, ${work.disk.boundaries.length / 2} syncs, ` +
      `${cuts.length} cuts, ${faults.length} faults, ${refused} refused`)
    expect({ faults, refused }).toEqual({ faults: [], refused: 0 })
  })

  it.for(['entry', 'posix'] as const)(`[DU2] on a file system of the kind "%s", where names are in no order, takes nothing acknowledged, seed ${SEED}`, { timeout: TIME_LIMIT_MS }, async (fileSystem, { skip }) => {
    if (whyNot !== undefined) return skip(whyNot)
    const cuts = cutsOf(work, fileSystem, Math.ceil(CUTS / 4))
    const { faults, refused, lostWithRefusal } = await lookAfter(work, cuts)
    console.log(`power cuts, ${fileSystem}: seed ${SEED}, ${cuts.length} cuts, ${faults.length} faults, ` +
      `${refused} refused to open, ${lostWithRefusal.length} of these not to be repaired in full`)
    expect(faults).toEqual([])
    expect(refused).toBeLessThanOrEqual(3 + cuts.length / 50)
  })

  it(`[DU1] after a power cut, while what it left is opened and worked on, takes nothing either, seed ${SEED}`, { timeout: TIME_LIMIT_MS }, async ({ skip }) => {
    if (whyNot !== undefined) return skip(whyNot)
    const faults: string[] = []
    let refused = 0
    let last = work
    for (let cut = 1; cut <= CUTS_IN_A_ROW && faults.length === 0; cut++) {
      const at = prng.int32(random, 0, Math.max(...last.disk.boundaries))
      const { fault, wasRefused, files, contents } = await openAfter(last, { at, fileSystem: 'journal', luck: chance })
      if (fault !== undefined || wasRefused) faults.push(fault ?? `refused after a cut at ${at}`)
      else {
        last = await recordWork({ durability: 'fsync', seed: SEED + cut, operations: 25, files, contents })
        const next = await lookAfter(last, cutsOf(last, 'journal', CUTS_AFTER_EACH))
        faults.push(...next.faults)
        refused += next.refused
      }
    }
    console.log(`power cuts after power cuts: seed ${SEED}, ${CUTS_IN_A_ROW} in a row, ${CUTS_IN_A_ROW * CUTS_AFTER_EACH} looked at, ${faults.length} faults, ${refused} refused`)
    expect({ faults, refused }).toEqual({ faults: [], refused: 0 })
  })

  it(`[DU3] takes what was acknowledged and not synced, which shows that it would be noticed, seed ${SEED}`, { timeout: TIME_LIMIT_MS }, async ({ skip }) => {
    if (whyNot !== undefined) return skip(whyNot)
    const unsynced = await recordWork({ durability: 'os', seed: SEED, operations: 60 })
    const atAcknowledgements = unsynced.told.acknowledgements.slice(-20)
    const cuts = atAcknowledgements.map((at): Cut => ({ at, fileSystem: 'journal', luck: 'none' }))
    expect((await lookAfter(unsynced, cuts)).faults.length).toBeGreaterThan(5)
    // Without the syncs of the directory, the names of LevelDB's newer logs are nowhere promised.
    const directories = new Set(work.calls.flatMap((call) => (call.kind === 'open' && call.path === work.directory ? [call] : [])))
    const isDirectory = new Set<number>()
    const calls = work.calls.filter((call) => {
      if (call.kind === 'open' && directories.has(call)) isDirectory.add(call.descriptor)
      else if (call.kind === 'open' || call.kind === 'close') isDirectory.delete(call.descriptor)
      return !(call.kind === 'sync' && isDirectory.has(call.descriptor))
    })
    const undirected = { disk: new DiskModel(work.directory, new Map(), calls), told: work.told }
    const last = work.told.acknowledgements.at(-1) ?? 0
    expect(await lookAfter(undirected, [{ at: last, fileSystem: 'posix', luck: 'none' }])).not.toEqual({ faults: [], refused: 0, lostWithRefusal: [] })
    expect(await lookAfter(work, [{ at: last, fileSystem: 'posix', luck: 'none' }])).toEqual({ faults: [], refused: 0, lostWithRefusal: [] })
  })
})
