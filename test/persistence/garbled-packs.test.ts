/** Packs that are not what was packed, though their checksum fits. */
import { deflateRawSync } from 'node:zlib'
import { LevelStorage, verifyDatabase } from '@cowrite/persistence'
import { describe, expect, it } from 'vitest'
import { directoryOfTest } from './support/directories.js'
import { entriesFor, one, open, snapshot, typed } from './support/history.js'
import { entriesOf, KIND, type RawEntry, sealed, withDatabase } from './support/raw-level.js'

describe('garbled packs', () => {
  const garbled: [what: string, pack: (payload: Buffer) => Uint8Array][] = [
    ['that unpacks to 64 MiB', () => Buffer.concat([Uint8Array.of(1, 0x80, 0x80, 0x80, 0x20), deflateRawSync(Buffer.alloc(64 * 1024 * 1024))])],
    ['that unpacks to more than it says', () => Buffer.concat([Uint8Array.of(1, 10), deflateRawSync(Buffer.alloc(64 * 1024 * 1024))])],
    ['that unpacks to zeros', () => Buffer.concat([Uint8Array.of(1, 0x80, 0x08), deflateRawSync(Buffer.alloc(1024))])],
    ['that does not unpack', (payload) => Buffer.concat([payload.subarray(0, 3), Buffer.alloc(payload.length, 0xff)])],
    ['packed in an unknown way', (payload) => Buffer.concat([Uint8Array.of(7), payload.subarray(1)])],
    ['with nothing in it', () => new Uint8Array()],
  ]
  it.each(garbled)('[LV19] a pack %s is damage like any other, put aside alone, its numbers told', async (_what, pack) => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    await storage.append(entriesFor(typed(40)))
    await storage.compact('a', snapshot, 40)
    await storage.append(entriesFor([{ update: one, time: 1 }]))
    await storage.close()
    await withDatabase(directory, async (database) => {
      const [[key, value]] = (await entriesOf(database, KIND.log)) as [RawEntry]
      await database.put(key, sealed(key, pack(Buffer.from(value).subarray(5))))
      const [[snapshotKey]] = (await entriesOf(database, KIND.snapshot)) as [RawEntry]
      await database.del(snapshotKey)
    })
    const reports: unknown[] = []
    const again = await LevelStorage.open(directory, { durability: 'os', history: 'keep', onDamage: (report) => void reports.push(report) })
    const log = (await verifyDatabase(again)).findings.filter(({ from }) => from === 1)
    expect(log).toMatchObject([{ document: 'a', kind: 'log', from: 1, to: 40 }])
    for (let times = 0; times < 2; times++) {
      expect(await again.load('a')).toMatchObject({ tail: [{ sequence: 41 }], quarantined: 1 })
    }
    expect(reports).toMatchObject([{ document: 'a', kind: 'log', from: 1, to: 40 }])
    await again.close()
  })
})
