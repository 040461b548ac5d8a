/** Delete sets: against a plain model, against Yjs's bytes, and quick at a hundred thousand ranges. */
import { DeleteSet, inspectUpdate, type ClockRange } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { PATIENCE } from '../support/patience.js'
import { bytesOf, toHex } from './craft.js'
import { playEditing } from './editing.js'
import { firstSeed, randomFrom, runCount } from './random.js'

/** The clocks of these ranges as `client/clock`, one by one. */
const clocksOf = (ranges: Iterable<ClockRange>): string[] =>
  [...ranges].flatMap(({ client, clock, end }) => Array.from({ length: end - clock }, (_, i) => `${client}/${clock + i}`))

describe('DeleteSet', () => {
  it('[UP26] [UP27] holds what was added in any order, sorted, apart and joined, as a plain set does', () => {
    const first = firstSeed()
    for (let seed = first; seed < first + runCount(300); seed++) {
      const random = randomFrom(seed)
      const set = new DeleteSet()
      const model = new Set<string>()
      const span = random.pick([10, 40, 300])
      for (let i = random.pick([5, 30, 200]); i > 0; i--) {
        const client = random.int(3)
        const clock = random.int(span)
        const length = random.int(6)
        set.add(client, clock, length)
        clocksOf([{ client, clock, end: clock + length }]).forEach((id) => model.add(id))
        if (random.chance(0.7)) continue
        const asked = { client: random.int(4), clock: random.int(span), end: 0 }
        asked.end = asked.clock + 1 + random.int(30)
        expect(set.contains(asked.client, asked.clock), `seed ${seed}`).toBe(model.has(`${asked.client}/${asked.clock}`))
        expect(clocksOf(set.subtract([asked])), `seed ${seed}`).toEqual(clocksOf([asked]).filter((id) => !model.has(id)))
      }
      const ranges = [...set.ranges()]
      expect(new Set(clocksOf(ranges)), `seed ${seed}`).toEqual(model)
      expect(set.size).toBe(ranges.length)
      ranges.forEach((range, i) => {
        const next = ranges[i + 1]
        expect(next === undefined || next.client < range.client || (next.client === range.client && next.clock > range.end)).toBe(true)
      })
    }
  })

  it('[UP26] its bytes are those of Yjs', () => {
    expect(toHex(new DeleteSet().encode())).toBe('00')
    const set = new DeleteSet()
    set.add(5, 200, 3)
    set.add(5, 0, 1)
    set.add(300, 7, 1)
    expect(toHex(set.encode())).toBe('02 ac02 01 0701 05 02 0001 c80103'.replaceAll(' ', ''))
    let compared = 0
    for (let seed = 1; seed <= 20; seed++) {
      playEditing(randomFrom(seed), 40, ({ how, bytes }) => {
        if (how !== 'whole' && how !== 'live') return
        const { deletions, structsEnd } = inspectUpdate(bytes)
        const inAnyOrder = DeleteSet.of(deletions.toReversed())
        expect(toHex(inAnyOrder.encode())).toBe(toHex(bytes.subarray(structsEnd)))
        if (deletions.length > 1) compared++
      })
    }
    expect(compared).toBeGreaterThan(10)
  })

  it('[UP26] Yjs reads what it writes', () => {
    const set = DeleteSet.of([{ client: 9, clock: 4, end: 6 }, { client: 9, clock: 0, end: 2 }])
    expect(Y.decodeUpdate(bytesOf(0, set.encode())).ds.clients.get(9)).toMatchObject([{ clock: 0, len: 2 }, { clock: 4, len: 2 }])
  })

  it('[UP27] subtract keeps the order of what was asked and splits it around what is there', () => {
    const set = DeleteSet.of([{ client: 1, clock: 5, end: 10 }, { client: 1, clock: 20, end: 30 }])
    expect(set.subtract([{ client: 2, clock: 0, end: 3 }, { client: 1, clock: 0, end: 40 }, { client: 1, clock: 5, end: 10 }])).toEqual([
      { client: 2, clock: 0, end: 3 },
      { client: 1, clock: 0, end: 5 },
      { client: 1, clock: 10, end: 20 },
      { client: 1, clock: 30, end: 40 },
    ])
  })

  it('[UP28] 100,000 ranges backwards, or asked for after each, stay quick', () => {
    const count = 100_000
    const backwards = new DeleteSet()
    const start = performance.now()
    for (let i = count; i > 0; i--) backwards.add(1, 2 * i, 1)
    expect(backwards.size).toBe(count)
    // Worked in one by one: about 30 µs each, where a rebuild of the lists would take milliseconds.
    for (let i = 0; i < 2000; i++) {
      const clock = 2 * ((i * 7919) % count) + 1
      backwards.add(1, clock, 1)
      expect(backwards.contains(1, clock)).toBe(true)
    }
    expect(performance.now() - start).toBeLessThan(3000 * PATIENCE)
  })
})
