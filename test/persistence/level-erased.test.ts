/** What is left of an erased document, when it is damaged: it must never bring anything back. */
import { join } from 'node:path'
import { LevelStorage, repairDirectory, verifyDirectory } from '@cowrite/persistence'
import { refusalOf } from '@cowrite/persistence/contract'
import { describe, expect, it } from 'vitest'
import { directoryOfTest } from './support/directories.js'
import { entriesOf, KIND, withDatabase } from './support/raw-level.js'

const open = (directory: string) => LevelStorage.open(directory, { durability: 'os', history: 'keep' })

describe('what is left of an erased document', () => {
  it('[LV15] an erased document whose head record is lost or garbled stays erased until it is created', async () => {
    for (const harm of ['lost', 'garbled'] as const) {
      const directory = await directoryOfTest()
      const storage = await open(directory)
      await storage.append([{ name: 'a', update: Uint8Array.of(1), time: 0 }])
      await storage.erase('a')
      await storage.close()
      await withDatabase(directory, async (database) => {
        const [[key, value] = []] = await entriesOf(database, KIND.head)
        if (!key || !value) throw new Error('there is no head')
        if (harm === 'lost') await database.del(key)
        else await database.put(key, value.fill(9, 5))
      })
      const again = await open(directory)
      expect(await refusalOf(again.load('a'))).toBe('removed')
      expect(await refusalOf(again.append([{ name: 'a', update: Uint8Array.of(1), time: 0 }]))).toBe('removed')
      await again.create('a')
      expect((await again.load('a'))?.tail).toEqual([])
      await again.close()
    }
  })

  it('[LV15] verify finds nothing wrong with erased and created documents; repair keeps an erased one erased', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    const update = Uint8Array.of(0, 0)
    await storage.append(['a', 'b', 'c'].map((name) => ({ name, update, time: 0 })))
    await storage.erase('a')
    await storage.erase('b')
    await storage.create('b')
    await storage.create('empty')
    await storage.remove('c')
    await storage.close()
    const report = await verifyDirectory(directory)
    expect([report.findings, report.documents, report.removed]).toEqual([[], 3, 1])
    await withDatabase(directory, async (database) => {
      const [[key] = []] = await entriesOf(database, KIND.head)
      await database.del(key as Uint8Array)
    })
    const target = join(await directoryOfTest(), 'repaired')
    expect((await repairDirectory(directory, target)).findings.map(({ document, kind }) => [document, kind])).toEqual([['a', 'head']])
    const repaired = await open(target)
    expect(await refusalOf(repaired.load('a'))).toBe('removed')
    expect(await repaired.list({ limit: 10 })).toEqual(['b', 'empty'])
    await repaired.close()
  })

  it('[LV15] a list of former clients that is garbled is put aside and told; the document goes on', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    await storage.append([{ name: 'a', update: Uint8Array.of(1), time: 0 }])
    await storage.erase('a')
    await storage.create('a')
    await storage.append([{ name: 'a', update: Uint8Array.of(2), time: 0 }])
    await storage.close()
    await withDatabase(directory, async (database) => {
      const [[key] = []] = await entriesOf(database, KIND.former)
      await database.put(key as Uint8Array, Uint8Array.of(1, 2, 3))
    })
    const told: string[] = []
    const again = await LevelStorage.open(directory, { durability: 'os', history: 'keep', onDamage: ({ kind }) => told.push(kind) })
    for (let time = 0; time < 2; time++) {
      const document = await again.load('a')
      expect([document?.tail.length, document?.former, document?.quarantined]).toEqual([1, Uint8Array.of(0), 1])
    }
    expect(told).toEqual(['head'])
    await again.close()
  })
})
