/** Records that are not what was written: each is found, put aside alone, and told. */
import { type DamageReport, type HistorySetting, LevelStorage } from '@cowrite/persistence'
import { describe, expect, it } from 'vitest'
import { directoryOfTest } from './support/directories.js'
import { entriesOf, flipped, hexOf, KIND, type RawDatabase, type RawEntry, withDatabase } from './support/raw-level.js'

const snapshotOf = (id: number) => ({
  update: Uint8Array.of(1, id),
  stateVector: Uint8Array.of(2, id),
  deletions: Uint8Array.of(3, id),
})

const entry = (name: string, id: number) => ({ name, update: Uint8Array.of(id), time: id })

/**
 * Five updates in `a` (with a snapshot through `through`, if given) and two in `b`, each a record of its own unless
 * `together`; then the damage.
 */
async function damaged(
  options: { history?: HistorySetting; through?: number; together?: boolean },
  damage: (database: RawDatabase) => Promise<unknown>,
) {
  const { history = 'keep', through, together = false } = options
  const directory = await directoryOfTest()
  const before = await LevelStorage.open(directory, { durability: 'os', history })
  const entries = [...[1, 2, 3, 4, 5].map((id) => entry('a', id)), ...[1, 2].map((id) => entry('b', id))]
  for (const group of together ? [entries] : entries.map((one) => [one])) await before.append(group)
  if (through !== undefined) await before.compact('a', snapshotOf(7), through)
  const epoch = (await before.load('a'))?.epoch
  await before.close()
  await withDatabase(directory, damage)
  const reports: DamageReport[] = []
  const onDamage = (report: DamageReport): void => void reports.push(report)
  const open = () => LevelStorage.open(directory, { durability: 'os', history, onDamage })
  return { directory, reports, open, epoch }
}

const idsOf = (document: { tail: readonly { update: Uint8Array }[] } | undefined) =>
  document?.tail.map(({ update }) => update[0])

const ways: [title: string, spoil: (value: Uint8Array) => Uint8Array][] = [
  ['a flipped version', (value) => flipped(value, 0)],
  ['a flipped checksum', (value) => flipped(value, 2)],
  ['a flipped bit of the update', (value) => flipped(value, -1)],
  ['a flipped bit of the time', (value) => flipped(value, 7)],
  ['zeros', (value) => new Uint8Array(value.length)],
  ['half of it', (value) => value.subarray(0, value.length >> 1)],
  ['nothing', () => new Uint8Array()],
  ['something longer', (value) => Buffer.concat([value, value])],
]

describe('damaged records', () => {
  for (const [title, spoil] of ways) {
    it(`[LV3] a log record with ${title} is put aside alone, whole, and told once`, async () => {
      let bad: RawEntry | undefined
      const { directory, reports, open } = await damaged({}, async (database) => {
        const [key, value] = (await entriesOf(database, KIND.log))[2] as RawEntry
        bad = [key, spoil(value)]
        await database.put(...bad)
      })
      const storage = await open()
      for (let times = 0; times < 2; times++) {
        const document = await storage.load('a')
        expect(idsOf(document)).toEqual([1, 2, 4, 5])
        expect(document?.quarantined).toBe(1)
        expect(idsOf(await storage.load('b'))).toEqual([1, 2])
      }
      expect(reports).toMatchObject([{ document: 'a', kind: 'log', from: 3, to: 3 }])
      expect(await storage.append([entry('a', 6)])).toEqual([6])
      await storage.close()
      const aside = await withDatabase(directory, (database) => entriesOf(database, KIND.quarantine))
      expect(aside.length).toBe(1)
      expect(hexOf(aside[0]?.[1] as Uint8Array).endsWith(hexOf(bad?.[1] as Uint8Array))).toBe(true)
    })
  }

  for (const [title, spoil] of ways) {
    it(`[LV3] a record of many updates with ${title} costs these, and is told once, with their numbers`, async () => {
      const { reports, open } = await damaged({ together: true }, async (database) => {
        const [[key, value]] = (await entriesOf(database, KIND.log)) as [RawEntry]
        await database.put(key, spoil(value))
      })
      const storage = await open()
      expect(await storage.append([entry('a', 6)])).toEqual([6])
      for (let times = 0; times < 2; times++) {
        expect(await storage.load('a')).toMatchObject({ tail: [{ sequence: 6 }], quarantined: 1 })
        expect(idsOf(await storage.load('b'))).toEqual([1, 2])
      }
      expect(reports).toMatchObject([{ document: 'a', kind: 'log', from: 1, to: 5 }])
      await storage.close()
    })
  }

  it('[LV3] a good record under another key is damage, too', async () => {
    const { reports, open } = await damaged({}, async (database) => {
      const [first, second] = (await entriesOf(database, KIND.log)) as [RawEntry, RawEntry]
      await database.put(second[0], first[1])
    })
    const storage = await open()
    expect(idsOf(await storage.load('a'))).toEqual([1, 3, 4, 5])
    expect(reports.map(({ from }) => from)).toEqual([2])
    await storage.close()
  })

  it('[LV3] a document all of whose records are bad opens empty, and its numbers are not given again', async () => {
    const { reports, open } = await damaged({}, async (database) => {
      for (const [key, value] of await entriesOf(database, KIND.log)) await database.put(key, flipped(value, -1))
    })
    const storage = await open()
    expect(await storage.load('a')).toMatchObject({ tail: [], snapshot: undefined, quarantined: 5 })
    expect(await storage.append([entry('a', 6)])).toEqual([6])
    expect(idsOf(await storage.load('a'))).toEqual([6])
    expect(reports.length).toBe(5)
    await storage.close()
  })

  it.each([true, false])('[LV4] a bad snapshot is put aside and the log it covered is read instead, where it was kept (one record: %s)', async (together) => {
    const { reports, open } = await damaged({ history: 'keep', through: 3, together }, spoilSnapshot)
    const storage = await open()
    for (let times = 0; times < 2; times++) {
      const document = await storage.load('a')
      expect(document?.snapshot).toBe(undefined)
      expect(idsOf(document)).toEqual([1, 2, 3, 4, 5])
      expect(document?.quarantined).toBe(1)
    }
    expect(reports).toMatchObject([{ document: 'a', kind: 'snapshot', to: 3 }])
    await storage.compact('a', snapshotOf(8), 5)
    expect((await storage.load('a'))?.snapshot?.update).toEqual(snapshotOf(8).update)
    await storage.close()
  })

  it('[LV4] a bad snapshot without the log it covered: the document opens with what is left', async () => {
    const { reports, open } = await damaged({ history: 'none', through: 3 }, spoilSnapshot)
    const storage = await open()
    for (let times = 0; times < 2; times++) {
      const document = await storage.load('a')
      expect(document?.snapshot).toBe(undefined)
      expect(idsOf(document)).toEqual([4, 5])
      expect(document?.quarantined).toBe(1)
    }
    expect(reports).toMatchObject([{ document: 'a', kind: 'snapshot', to: 3 }])
    expect(await storage.append([entry('a', 6)])).toEqual([6])
    await storage.close()
  })

  it('[LV5] a hole in the log that nothing explains is told at each load; the document opens', async () => {
    const { reports, open } = await damaged({}, async (database) => {
      const entries = await entriesOf(database, KIND.log)
      for (const index of [0, 2, 3]) await database.del((entries[index] as RawEntry)[0])
    })
    const storage = await open()
    expect(idsOf(await storage.load('a'))).toEqual([2, 5])
    expect(reports).toMatchObject([
      { document: 'a', kind: 'gap', from: 1, to: 1 },
      { document: 'a', kind: 'gap', from: 3, to: 4 },
    ])
    await storage.load('a')
    expect(reports.length).toBe(4)
    expect(await storage.append([entry('a', 6)])).toEqual([6])
    await storage.close()
  })

  it.each([true, false])('[LV5] a hole that quarantine made is none (one record: %s)', async (together) => {
    const { reports, open } = await damaged({ together }, async () => undefined)
    const storage = await open()
    for (const sequence of [1, 3, 4]) await storage.quarantine('a', sequence, 'a reason')
    expect(idsOf(await storage.load('a'))).toEqual([2, 5])
    expect(reports).toEqual([])
    await storage.close()
  })

  for (const [title, spoil] of [
    ['garbled', (database: RawDatabase, [key, value]: RawEntry) => database.put(key, flipped(value, 8))],
    ['lost', (database: RawDatabase, [key]: RawEntry) => database.del(key)],
  ] as const) {
    for (const verb of ['load', 'append'] as const) {
      it(`[LV6] with a ${title} head the document goes on in a new epoch, whole (first ${verb})`, async () => {
        const { reports, open, epoch } = await damaged({ through: 2 }, async (database) => {
          await spoil(database, (await entriesOf(database, KIND.head))[0] as RawEntry)
        })
        const storage = await open()
        const appended = verb === 'append' ? await storage.append([entry('a', 6), entry('b', 3)]) : []
        expect(appended).toEqual(verb === 'append' ? [6, 3] : [])
        const document = await storage.load('a')
        expect(document?.snapshot?.through).toBe(2)
        expect(idsOf(document)).toEqual(verb === 'append' ? [3, 4, 5, 6] : [3, 4, 5])
        expect(document?.epoch === epoch).toBe(false)
        expect((await storage.load('a'))?.epoch).toBe(document?.epoch)
        expect(reports).toMatchObject([{ document: 'a', kind: 'head' }])
        expect(await storage.list({ limit: 10 })).toEqual(['a', 'b'])
        await storage.close()
      })
    }
  }
})

async function spoilSnapshot(database: RawDatabase): Promise<void> {
  const [key, value] = (await entriesOf(database, KIND.snapshot))[0] as RawEntry
  await database.put(key, flipped(value, -1))
}
