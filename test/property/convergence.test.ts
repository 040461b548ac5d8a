/**
 * The simulation, seed after seed. `COWRITE_SEED` and `COWRITE_RUNS` choose others and more.
 *
 * A seed that failed once stays below, with what was wrong.
 */
import { describe, expect, it } from 'vitest'
import { firstSeed, runCount } from '../protocol/random.js'
import { Simulation } from './simulation.js'
import { emptyTally, type Tally } from './tally.js'

const STEPS = 250
const RUNS = runCount(200)

async function play(seed: number): Promise<Tally> {
  const simulation = new Simulation(seed)
  try {
    await simulation.run(STEPS)
  } catch (error) {
    const message = error instanceof Error ? error.stack : String(error)
    throw new Error(`seed ${seed}: ${message}\n${simulation.story.slice(-60).join('\n')}`, { cause: error })
  }
  return simulation.tally
}

describe('anything in any order', () => {
  const first = firstSeed()

  it(`[SY3, SY4, SY9, SA1, SA7, ME1, ME2] from seed ${first}, ${RUNS} runs: nothing told that is not on disk, nothing on disk untold, all equal`, async () => {
    const sum = emptyTally()
    for (let seed = first; seed < first + RUNS; seed++) {
      const tally = await play(seed)
      for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key]
    }
    // A generator that never gets anywhere would find nothing wrong.
    for (const count of Object.values(sum)) expect(count).toBeGreaterThan(0)
  }, 30_000 + RUNS * 1_000)

  it.each([65, 266, 326])('[CN2] seed %i: a reader was sent the same difference for ever, when all that was deleted exceeded its budget', async (seed) => {
    expect((await play(seed)).edits).toBeGreaterThan(0)
  })

  it('the same seed gives the same run', async () => {
    const [one, two] = [new Simulation(7), new Simulation(7)]
    await one.run(STEPS)
    await two.run(STEPS)
    expect(two.story).toEqual(one.story)
    expect(one.story.length).toBeGreaterThan(STEPS / 2)
  })
})
