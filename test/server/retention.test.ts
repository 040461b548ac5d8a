/** When soft deletions become final. */
import { MemoryStorage } from '@cowrite/persistence'
import { FaultyStorage } from '@cowrite/persistence/contract'
import { startRetention } from '@cowrite/server'
import { expect, it } from 'vitest'
import { logLines } from '../support/log-lines.js'
import { VirtualClock } from '../support/virtual-clock.js'

const DAY_MS = 24 * 3600 * 1000

function setUp() {
  const clock = new VirtualClock()
  const storage = new FaultyStorage(new MemoryStorage())
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    clock,
    storage,
    turn,
    write: (...names: string[]) => storage.append(names.map((name) => ({ name, update: Uint8Array.of(0, 0), time: 0 }))),
    remove: (name: string) => storage.remove(name, clock.date()),
    keep: (deletedKeepDays: number) => {
      const rooms = { listRemoved: storage.listRemoved.bind(storage), erase: storage.erase.bind(storage) }
      return startRetention({ rooms, pictures: { removeUnused: async () => 0 }, clock, log: logLines(), deletedKeepDays })
    },
    elapse: async (days: number) => {
      const until = clock.now() + days * DAY_MS
      while (clock.ringNext(until)) await turn()
      clock.spend(until - clock.now())
    },
    /** Documents that are gone for good, and those that can be restored. */
    gone: async (): Promise<[erased: string[], restorable: string[]]> => {
      const all = await storage.listRemoved({ limit: 10_000 })
      const names = (erased: boolean): string[] => all.filter((each) => each.erased === erased).map(({ name }) => name)
      return [names(true), names(false)]
    },
  }
}

it('[DE9] a deleted document is erased at start or on a later day, when its days are over, and not before', async () => {
  const { clock, storage, turn, write, remove, keep, elapse, gone } = setUp()
  await write('long ago', 'yesterday', 'there')
  await remove('long ago')
  await elapse(29)
  await remove('yesterday')
  await elapse(1)
  const stop = keep(30)
  await turn()
  // Who comes back after a restart comes first.
  expect(await gone()).toEqual([[], ['long ago', 'yesterday']])
  await elapse(0.1)
  expect(await gone()).toEqual([['long ago'], ['yesterday']])
  await elapse(27.9)
  expect(await gone()).toEqual([['long ago'], ['yesterday']])
  await elapse(2)
  expect(await gone()).toEqual([['long ago', 'yesterday'], []])
  expect(await storage.list({ limit: 10 })).toEqual(['there'])
  await stop()
  expect(clock.waiting).toBe(0)
})

it('[DE9] 0 days keep it for ever', async () => {
  const { clock, write, remove, keep, elapse, gone } = setUp()
  await write('a')
  await remove('a')
  await elapse(400)
  await keep(0)()
  expect(await gone()).toEqual([[], ['a']])
  expect(clock.waiting).toBe(0)
})

it('[DE9] one that cannot be erased keeps no other from it, and is tried again the next day', async () => {
  const { storage, write, remove, keep, elapse, gone } = setUp()
  const names = Array.from({ length: 1_005 }, (_, id) => `d${String(id).padStart(4, '0')}`)
  await write(...names)
  for (const name of names) await remove(name)
  await elapse(3)
  let erasures = 0
  storage.plan = ({ verb }) => (verb === 'erase' && ++erasures === 2 ? { kind: 'fail' } : undefined)
  keep(1)
  await elapse(0.1)
  expect(await gone()).toEqual([names.filter((name) => name !== 'd0001'), ['d0001']])
  await elapse(1)
  expect(await gone()).toEqual([names, []])
})
