/** What LevelStorage writes, byte for byte: a database of today must open for ever. */
import { crc32, inflateRawSync } from 'node:zlib'
import { LevelStorage } from '@cowrite/persistence'
import { bytewise, NASTY_NAMES } from '@cowrite/persistence/contract'
import { ClassicLevel } from 'classic-level'
import { describe, expect, it, onTestFinished } from 'vitest'
import { directoryOfTest } from './support/directories.js'
import { ENVELOPE_BYTES, entriesOf, hexOf, KIND, withDatabase } from './support/raw-level.js'

const open = (directory: string) => LevelStorage.open(directory, { durability: 'fsync', history: 'keep' })

/** Four bytes each. */
const updateOf = (id: number): Uint8Array => Uint8Array.of(0xa0, 0xb0, 0xc0, id)

describe('the layout of LevelStorage', () => {
  it('[LV1] keys are kind, escaped name, terminator, sequence', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    await storage.append([{ name: 'a\0b', update: Uint8Array.of(0xaa, 0xbb), author: 'eve', time: 1 }])
    await storage.append([{ name: 'a\0b', update: Uint8Array.of(0xcc), time: 2 }])
    const one = Uint8Array.of(1)
    await storage.compact('a\0b', { update: one, stateVector: Uint8Array.of(2), deletions: Uint8Array.of(3, 4) }, 0)
    await storage.quarantine('a\0b', 2, 'why')
    await storage.close()
    const keys = await withDatabase(directory, (database) => database.keys().all())
    const name = '6100ff620001'
    expect(keys.map(hexOf)).toEqual([
      '01',
      `02${name}`,
      `03${name}0000000000000001`,
      `04${name}0000000000000000`,
      `05${name}000000000000000203`,
    ])
    const log = await withDatabase(directory, (database) => entriesOf(database, KIND.log))
    const snapshots = await withDatabase(directory, (database) => entriesOf(database, KIND.snapshot))
    const payloads = [...log, ...snapshots].map(([, value]) => hexOf(value.subarray(ENVELOPE_BYTES)))
    // time as a double · author there · its length and text · update
    // state vector and deletions, each with its length · update
    expect(payloads).toEqual(['3ff00000000000000103657665aabb', '010202030401'])
  })

  it('[LV1] the updates of one document in one append are one record, and those that a snapshot covers become a pack', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    await storage.append([1, 2, 3].map((id) => ({ name: 'a', update: updateOf(id), time: 1, ...(id === 2 && { author: 'eve' }) })))
    const log = async (): Promise<[string, Uint8Array][]> => {
      const found: [string, Uint8Array][] = []
      for await (const records of storage.records()) {
        for (const [key, value] of records) if (key[0] === KIND.log) found.push([hexOf(key), value.subarray(ENVELOPE_BYTES)])
      }
      return found
    }
    const [[blockKey, block]] = (await log()) as [[string, Uint8Array]]
    // last sequence · number of updates · form
    expect(blockKey).toBe('0361000100000000000000030000000301')
    // plain · 1 author · eve · whose each is · times, byte by byte · lengths · updates, byte by byte
    const body = ['0103657665', '000100', '3f3f3f', 'f0f0f0', '000000'.repeat(6), '040404', 'a0a0a0b0b0b0c0c0c0010203'].join('')
    expect(hexOf(block)).toBe(`00${body}`)
    await storage.compact('a', { update: updateOf(9), stateVector: updateOf(9), deletions: updateOf(9) }, 3)
    const [[packKey, pack]] = (await log()) as [[string, Uint8Array]]
    expect(packKey).toBe('0361000100000000000000030000000302')
    // deflated · length of the body · body
    expect(hexOf(pack.subarray(0, 2))).toBe(`01${(body.length / 2).toString(16)}`)
    expect(hexOf(inflateRawSync(pack.subarray(2)))).toBe(body)
    await storage.close()
  })

  it('[LV1] every value begins with its version and the checksum of key and payload', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    await storage.append([{ name: 'a', update: Uint8Array.of(1), time: 1 }])
    await storage.probe()
    await storage.close()
    const entries = await withDatabase(directory, (database) => database.iterator().all())
    expect(entries.length).toBe(4)
    for (const [key, value] of entries) {
      expect(value[0]).toBe(1)
      const checksum = Buffer.from(value).readUInt32BE(1)
      expect(checksum).toBe(crc32(Buffer.concat([key, value.subarray(ENVELOPE_BYTES)])))
    }
  })

  it('[LV1] log keys sort by name in UTF-8, then by sequence, whatever the names', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    const ids = Array.from({ length: 300 }, (_, id) => id)
    await storage.append(NASTY_NAMES.map((name) => ({ name, update: new TextEncoder().encode(name), time: 0 })))
    for (const time of ids) await storage.append([{ name: 'a', update: new TextEncoder().encode('a'), time }])
    await storage.close()
    const entries = await withDatabase(directory, (database) => entriesOf(database, KIND.log))
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    const names = entries.map(([, value]) => decoder.decode(value.subarray(ENVELOPE_BYTES + 9)))
    expect(names).toEqual([...NASTY_NAMES, ...ids.map(() => 'a')].toSorted(bytewise))
    const sequences = entries.slice(names.indexOf('a'), names.lastIndexOf('a') + 1)
    const last = sequences.map(([key]) => Buffer.from(key).readUInt16BE(key.length - 2))
    expect(last).toEqual(Array.from({ length: 301 }, (_, index) => index + 1))
  })

  for (const history of ['keep', 'none'] as const) {
    it(`[LV14] compaction leaves one snapshot, erasing leaves a head and the clocks of clients (history ${history})`, async () => {
      const directory = await directoryOfTest()
      const countKeys = () =>
        withDatabase(directory, async (database) => {
          const kinds = [KIND.head, KIND.log, KIND.snapshot, KIND.quarantine, KIND.former, KIND.purge]
          const counts = kinds.map((kind) => entriesOf(database, kind))
          return (await Promise.all(counts)).map(({ length }) => length)
        })
      const options = { durability: 'os', history } as const
      const storage = await LevelStorage.open(directory, options)
      const one = Uint8Array.of(1)
      for (let time = 0; time < 10; time++) await storage.append([{ name: 'a', update: one, time }])
      await storage.append([{ name: 'b', update: one, time: 0 }])
      for (const through of [3, 5, 8]) {
        await storage.compact('a', { update: one, stateVector: one, deletions: one }, through)
      }
      await storage.quarantine('a', 9, 'a reason')
      await storage.close()
      expect(await countKeys()).toEqual(history === 'keep' ? [2, 3, 1, 1, 0, 0] : [2, 2, 1, 1, 0, 0])
      const again = await LevelStorage.open(directory, options)
      await again.erase('a')
      await again.close()
      expect(await countKeys()).toEqual([2, 1, 0, 0, 1, 0])
    })
  }

  it('[LV2] with durability fsync every write is synced itself; with os all but appends are', async () => {
    const synced: boolean[] = []
    const spied = await batchPrototype()
    const write = spied[WRITE]
    spied[WRITE] = function (options: { sync?: boolean }) {
      synced.push(options.sync === true)
      return write.call(this, options)
    }
    onTestFinished(() => {
      spied[WRITE] = write
    })
    for (const durability of ['fsync', 'os'] as const) {
      const storage = await LevelStorage.open(await directoryOfTest(), { durability, history: 'none' })
      const snapshot = { update: Uint8Array.of(1), stateVector: Uint8Array.of(2), deletions: Uint8Array.of(3) }
      synced.length = 0
      await storage.append([{ name: 'a', update: Uint8Array.of(1), time: 1 }])
      await storage.append([{ name: 'a', update: Uint8Array.of(1), time: 1 }])
      await storage.compact('a', snapshot, 1)
      await storage.quarantine('a', 2, 'a reason')
      await storage.remove('a')
      await storage.restore('a')
      await storage.erase('a')
      await storage.create('a')
      await storage.probe()
      await storage.close()
      const appends = durability === 'fsync'
      expect(synced).toEqual([appends, appends, ...Array.from({ length: 9 }, () => true)])
    }
  })
})

/** Where abstract-level hands a batch to the back end. */
const WRITE = '_write'

interface BatchPrototype {
  [WRITE](options: { sync?: boolean }): Promise<void>
}

/** What the binding is told at each batch, seen where it is told. */
async function batchPrototype(): Promise<BatchPrototype> {
  const database = new ClassicLevel(await directoryOfTest())
  await database.open()
  const batch = database.batch()
  const prototype = Object.getPrototypeOf(batch) as BatchPrototype
  await batch.close()
  await database.close()
  return prototype
}
