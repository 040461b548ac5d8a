/** The history in LevelDB: log records of many updates, and the packs that compaction makes of them. */
import { randomBytes } from 'node:crypto'
import { backup, countRecords, readBackedUp, verifyDatabase } from '@cowrite/persistence'
import { randomOf } from '@cowrite/persistence/contract'
import { describe, expect, it } from 'vitest'
import { directoryOfTest } from './support/directories.js'
import { arePacks, entriesFor, type Given, legible, logOf, open, snapshot, typed, wholeLog, withNumbers } from './support/history.js'
import { entriesOf, FORMAT_KEY, KIND, type RawEntry, sealed, withDatabase } from './support/raw-level.js'

const SEED = Number(process.env['COWRITE_SEED'] ?? Math.floor(Math.random() * 2 ** 30))
const RUNS = Number(process.env['COWRITE_RUNS'] ?? 6)

describe('the history in LevelDB', () => {
  for (const seed of Array.from({ length: RUNS }, (_, run) => SEED + run)) {
    it(`[LV16] updates, authors and times come back from records and packs exactly as given (seed ${seed})`, async () => {
      const random = randomOf(seed)
      const below = (limit: number): number => Math.floor(random() * limit)
      const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => below(256))
      const authors = [undefined, '', 'eve', 'ёлка 漢字 🙂', 'x'.repeat(300)]
      const times = [0, -0, -1.5, 1e-300, Infinity, -Infinity, 1_764_500_000_000.25]
      const given = (): Given => {
        const author = authors[below(authors.length)]
        const length = random() < 0.9 ? 20 + below(8) : below(random() < 0.02 ? 400_000 : 2_000)
        const time = random() < 0.9 ? 1_764_500_000_000 + below(1e9) : (times[below(times.length)] as number)
        return { update: bytes(length), time, ...(author !== undefined && { author }) }
      }
      const directory = await directoryOfTest()
      let storage = await open(directory)
      const all: Given[] = []
      const aside = new Set<number>()
      for (let step = 0; step < 12; step++) {
        const group = Array.from({ length: 1 + below(random() < 0.1 ? 4_000 : 300) }, given)
        expect(await storage.append(entriesFor(group))).toEqual(group.map((_, index) => all.length + index + 1))
        all.push(...group)
        if (random() < 0.5) await storage.compact('a', snapshot, all.length - below(group.length))
        if (random() < 0.5) {
          const sequence = 1 + below(all.length)
          await storage.quarantine('a', sequence, 'a reason')
          aside.add(sequence)
        }
        if (random() < 0.2) {
          await storage.close()
          storage = await open(directory)
        }
      }
      expect((await storage.load('a'))?.quarantined).toBe(aside.size)
      expect((await countRecords(storage)).updates).toBe(all.length - aside.size)
      expect((await verifyDatabase(storage)).findings.filter(({ kind }) => kind === 'gap')).toEqual([])
      await storage.close()
      expect(await wholeLog(directory)).toEqual(withNumbers(all).filter((_record, index) => !aside.has(index + 1)))
    })
  }

  it('[LV16] typing takes less than two bytes an edit, author and time included, in few packs, also when compacted after every few', async () => {
    for (const step of [5_000, 100]) {
      const directory = await directoryOfTest()
      const storage = await open(directory)
      const updates = typed(5_000)
      for (let at = 0; at < updates.length; at += step) {
        await storage.append(entriesFor(updates.slice(at, at + step)))
        await storage.compact('a', snapshot, at + step)
      }
      await storage.close()
      const log = await logOf(directory)
      expect(arePacks(log)).toEqual(log.map(() => true))
      expect(log.length).toBeLessThanOrEqual(5)
      expect(log.reduce((sum, [key, value]) => sum + key.length + value.length, 0)).toBeLessThan(updates.length * 2)
      expect(await wholeLog(directory)).toEqual(withNumbers(updates))
    }
  })

  it('[LV16] a pack is of 2,048 updates or 256 KiB at most; an update that is larger is one by itself', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    const sizes = [...Array.from({ length: 3_000 }, () => 10), 2_000_000, 5, 200_000, 200_000, 1_100_000]
    const updates = sizes.map((size, time) => ({ update: new Uint8Array(randomBytes(size)), time }))
    await storage.append(entriesFor(updates))
    await storage.compact('a', snapshot, updates.length)
    await storage.compact('a', snapshot, updates.length)
    await storage.close()
    const counts = (await logOf(directory)).map(([key]) => Buffer.from(key).readUInt32BE(key.length - 5))
    expect(counts).toEqual([2_048, 952, 1, 2, 1, 1])
    expect(await wholeLog(directory)).toEqual(withNumbers(updates))
  })

  it('[LV17] what a fault kept from being packed stays as it was and is packed with the next compaction', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    const updates = typed(6_000)
    for (const start of [0, 1_500, 3_000]) await storage.append(entriesFor(updates.slice(start, start + 1_500)))
    // Erased and begun anew meanwhile, removed, or failing: the compaction itself has taken effect.
    const compacted = storage.compact('a', snapshot, 4_500)
    const removed = storage.remove('a')
    await Promise.all([compacted, removed])
    await storage.close()
    expect(arePacks(await logOf(directory))).toEqual([false, false, false])
    const again = await open(directory)
    await again.restore('a')
    expect((await again.load('a'))?.snapshot?.through).toBe(4_500)
    await again.append(entriesFor(updates.slice(4_500)))
    await again.compact('a', snapshot, 4_600)
    await again.close()
    // Its last record of the log is not covered as a whole.
    expect(arePacks(await logOf(directory))).toEqual([true, true, true, false])
    expect(await wholeLog(directory)).toEqual(withNumbers(updates))
  })

  it('[LV17] records that come back beside the pack that took their place count once', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    const updates = typed(20)
    for (const update of updates) await storage.append(entriesFor([update]))
    const before = await (async () => {
      await storage.close()
      return logOf(directory)
    })()
    const again = await open(directory)
    await again.compact('a', snapshot, 20)
    await again.close()
    await withDatabase(directory, async (database) => {
      for (const index of [3, 4, 9, 19]) await database.put(...(before[index] as RawEntry))
    })
    const verified = await open(directory)
    expect((await verifyDatabase(verified)).findings.filter(({ kind }) => kind !== 'snapshot')).toEqual([])
    await verified.close()
    expect(await wholeLog(directory)).toEqual(withNumbers(updates))
  })

  it('[LV18] a directory of format 1 opens as one of format 2, with everything; its history is packed with the next compaction', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    const updates = typed(3_000)
    await storage.append(entriesFor(updates.slice(0, 1)))
    await storage.close()
    await withDatabase(directory, async (database) => {
      const [[first]] = (await entriesOf(database, KIND.log)) as [RawEntry]
      const batch = database.batch()
      for (const [index, { update, time, author = '' }] of updates.entries()) {
        const key = Buffer.from(first)
        key.writeUInt32BE(index + 1, key.length - 4)
        const head = Buffer.alloc(10)
        head.writeDoubleBE(time)
        head[8] = 1
        head[9] = author.length
        batch.put(key, sealed(key, Buffer.concat([head, Buffer.from(author), update])))
      }
      const format = Buffer.from((await database.get(FORMAT_KEY)) as Uint8Array).subarray(5)
      expect(format[0]).toBe(2)
      format[0] = 1
      batch.put(FORMAT_KEY, sealed(FORMAT_KEY, format))
      await batch.write()
    })
    const upgraded = await open(directory)
    expect(legible((await upgraded.load('a'))?.tail ?? [])).toEqual(withNumbers(updates))
    await upgraded.compact('a', snapshot, 3_000)
    await upgraded.close()
    const format = await withDatabase(directory, (database) => database.get(FORMAT_KEY))
    expect(format?.[5]).toBe(2)
    expect(arePacks(await logOf(directory))).toEqual([true, true])
    expect(await wholeLog(directory)).toEqual(withNumbers(updates))
  })

  it('[ST12] with history none what a snapshot covers goes, also from a record of which a part stays', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory, 'none')
    const updates = typed(50)
    await storage.append(entriesFor(updates))
    await storage.compact('a', snapshot, 30)
    expect(legible((await storage.load('a'))?.tail ?? [])).toEqual(withNumbers(updates).slice(30))
    await storage.close()
    expect(await wholeLog(directory)).toEqual(withNumbers(updates).slice(30))
  })

  it('[ST34] what stands in records of many and in packs is found', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    const hashes = [1, 2].map((id) => String(id).repeat(64))
    const mention = (hash: string): Given[] => [0, 1].map((time) => ({ update: Buffer.from(`/files/${hash}`), time }))
    for (const hash of hashes) {
      await storage.append(entriesFor(mention(hash)))
      if (hash === hashes[0]) await storage.compact('a', snapshot, 2)
    }
    expect(await storage.mentionedFiles('a')).toEqual(new Set(hashes))
    expect(await storage.mentionedFiles()).toEqual(new Set(hashes))
    await storage.close()
  })

  it('[OT22] a backup has the packs, and one document of it its tail from a record of many', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    const updates = typed(50)
    await storage.append(entriesFor(updates.slice(0, 20)))
    await storage.compact('a', snapshot, 20)
    await storage.append(entriesFor(updates.slice(20)))
    const place = await directoryOfTest()
    expect(await backup(storage, place)).toMatchObject({ damaged: 0 })
    const backedUp = await readBackedUp(place, 'a')
    expect(backedUp).toMatchObject({ damaged: 0, snapshot: { through: 20 } })
    expect(legible(backedUp.tail)).toEqual(withNumbers(updates).slice(20))
    await storage.close()
  })
})
