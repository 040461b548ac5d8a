/** `verify` finds whatever is not as it was written. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compactDocument, LevelStorage, verifyDatabase, verifyDirectory } from '@cowrite/persistence'
import { refusalOf } from '@cowrite/persistence/contract'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { directoryOfTest } from './support/directories.js'
import { dataFilesIn, people } from './support/peopled.js'
import { startChild } from './support/child.js'
import { entriesOf, flipped, isPack, KIND, type RawDatabase, type RawEntry, withDatabase } from './support/raw-level.js'

const DOCUMENTS = 60
const open = (directory: string) => LevelStorage.open(directory, { durability: 'fsync', history: 'none' })

async function peopled(): Promise<{ directory: string }> {
  const directory = join(await directoryOfTest(), 'data')
  await people(directory, { seed: 5, documents: DOCUMENTS, rounds: 12 })
  return { directory }
}

async function filesIn(directory: string): Promise<Map<string, string>> {
  const names = (await readdir(directory)).toSorted()
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), 'hex')] as const)))
}

describe('verifyDirectory', () => {
  it('[DR1] counts what is there, finds nothing in a sound directory, changes no file of it', async () => {
    const { directory } = await peopled()
    const storage = await open(directory)
    await storage.remove('document 004')
    await storage.quarantine('document 005', 12, 'a reason')
    const online = await verifyDatabase(storage)
    await storage.close()
    const before = await filesIn(directory)
    let told = 0
    const report = await verifyDirectory(directory, { onProgress: ({ bytes, totalBytes }) => { told = bytes / totalBytes } })
    expect(report).toMatchObject({ documents: DOCUMENTS, removed: 1, quarantined: 1, findings: [] })
    expect(report.records).toBeGreaterThan(DOCUMENTS * 6)
    expect(report).toEqual(online)
    expect(told).toBe(1)
    expect(await filesIn(directory)).toEqual(before)
  })

  it('[DR1] is refused while a server has the directory open, in this process or another, and where no database is', async () => {
    const { directory } = await peopled()
    const storage = await open(directory)
    expect(await refusalOf(verifyDirectory(directory))).toBe('locked')
    await storage.close()
    const child = startChild('child-hold.mjs', [directory])
    await child.line('opened')
    expect(await refusalOf(verifyDirectory(directory))).toBe('locked')
    await child.kill()
    expect((await verifyDirectory(directory)).findings).toEqual([])
    const empty = await directoryOfTest()
    for (const path of [empty, join(empty, 'missing')]) expect(await refusalOf(verifyDirectory(path))).toBe('damaged')
  })

  const undecodable = Uint8Array.of(1, 1, 7, 0, 0, 0, 0)
  const spoils: [what: string, kind: string, spoil: (database: RawDatabase) => Promise<unknown>][] = [
    ['a garbled log record', 'log', async (database) => spoilFirst(database, KIND.log)],
    ['a garbled head', 'head', async (database) => spoilFirst(database, KIND.head)],
    ['a garbled snapshot', 'snapshot', async (database) => spoilFirst(database, KIND.snapshot)],
    ['a garbled record of the quarantine', 'quarantine', async (database) => spoilFirst(database, KIND.quarantine)],
    ['a missing log record', 'gap', async (database) => database.del(((await entriesOf(database, KIND.log))[3] as RawEntry)[0])],
    ['a missing head', 'head', async (database) => database.del(((await entriesOf(database, KIND.head))[3] as RawEntry)[0])],
    ['a garbled format record', 'file', async (database) => spoilFirst(database, KIND.format)],
    ['a record of another program', 'file', async (database) => database.put(Buffer.from('x'), Buffer.from('y'))],
  ]
  it.each(spoils)('[DR2] %s is found, offline and online', async (_what, kind, spoil) => {
    const { directory } = await peopled()
    const before = await open(directory)
    await before.quarantine('document 005', 12, 'a reason')
    await before.close()
    await withDatabase(directory, spoil)
    const { findings } = await verifyDirectory(directory)
    expect(findings.map((finding) => finding.kind)).toEqual([kind])
    if (kind === 'file') return
    const storage = await open(directory)
    expect((await verifyDatabase(storage)).findings).toEqual(findings)
    await storage.close()
  })

  // Only Linux says how long each thread has run.
  it.skipIf(process.platform !== 'linux')('[DR1] of a running server leaves the event loop to others while documents are looked at', async () => {
    const storage = await open(join(await directoryOfTest(), 'data'))
    // Written from its end to its beginning: as many items as letters.
    const doc = new Y.Doc()
    for (let i = 0; i < 30_000; i++) doc.getText('text').insert(0, 'x')
    const update = Y.encodeStateAsUpdate(doc)
    for (const name of ['a', 'b', 'c', 'd']) {
      await storage.append([{ name, update, time: 0 }])
      await storage.compact(name, compactDocument(undefined, [{ sequence: 1, update }]).snapshot, 1)
    }
    const cpuMs = async (): Promise<{ loop: number; all: number }> => {
      const { user, system } = process.cpuUsage()
      const loop = Number((await readFile(`/proc/self/task/${process.pid}/schedstat`, 'utf8')).split(' ')[0]) / 1e6
      return { loop, all: (user + system) / 1_000 }
    }
    const before = await cpuMs()
    expect((await verifyDatabase(storage)).findings).toEqual([])
    const after = await cpuMs()
    await storage.close()
    expect(after.loop - before.loop).toBeLessThan((after.all - before.all) / 2)
  })

  it('[DR1] of a running server ends when nobody waits for it any more', async () => {
    const { directory } = await peopled()
    const storage = await open(directory)
    const reason = new Error('no longer wanted')
    await expect(verifyDatabase(storage, { onProgress: () => { throw reason } })).rejects.toBe(reason)
    await storage.close()
  })

  it('[DR2] a garbled pack is found, with the numbers that it holds', async () => {
    const directory = join(await directoryOfTest(), 'data')
    await people(directory, { seed: 5, documents: 6, rounds: 12, history: 'keep' })
    expect((await verifyDirectory(directory)).findings).toEqual([])
    await withDatabase(directory, async (database) => {
      const [key, value] = (await entriesOf(database, KIND.log)).find(([found]) => isPack(found)) as RawEntry
      await database.put(key, flipped(value, -1))
    })
    const { findings } = await verifyDirectory(directory)
    expect(findings).toMatchObject([{ kind: 'log', document: 'document 000', from: 1, to: 6 }])
    const storage = await LevelStorage.open(directory, { durability: 'os', history: 'keep' })
    expect((await verifyDatabase(storage)).findings).toEqual(findings)
    // What the snapshot covers is not needed to open it.
    expect((await storage.load('document 000'))?.snapshot?.through).toBe(6)
    await storage.close()
  })

  it('[DR2] no more than 10,000 findings are listed, and all are counted', async () => {
    const directory = join(await directoryOfTest(), 'data')
    const storage = await LevelStorage.open(directory, { durability: 'os', history: 'none' })
    await storage.append(Array.from({ length: 10_050 }, () => ({ name: 'a', update: undecodable, time: 0 })))
    await storage.close()
    const { findings, findingsLeftOut } = await verifyDirectory(directory)
    expect([findings.length, findingsLeftOut]).toEqual([10_000, 50])
  })

  it('[DR2] an update that cannot be decoded is found, and so is a snapshot that is not what its state vector says', async () => {
    const { directory } = await peopled()
    const storage = await open(directory)
    await storage.append([{ name: 'document 001', update: undecodable, time: 0 }])
    const update = (await storage.load('document 001'))?.tail[0]?.update as Uint8Array
    await storage.compact('document 002', { update, stateVector: Uint8Array.of(1, 5, 5), deletions: Uint8Array.of(0, 0) }, 12)
    const { findings } = await verifyDatabase(storage)
    await storage.close()
    expect(findings.map(({ kind, document }) => [kind, document])).toEqual([['log', 'document 001'], ['snapshot', 'document 002']])
    expect((await verifyDirectory(directory)).findings).toEqual(findings)
  })

  it('[DR2] a flipped bit anywhere in a table or a log is found, and so are lost files', async () => {
    const { directory } = await peopled()
    const [table, log] = [await dataFilesIn(directory, /ldb$/), await dataFilesIn(directory, /log$/)].map(([name]) => join(directory, name as string))
    for (const path of [table, log] as string[]) {
      const sound = await readFile(path)
      // The last write of a log may have been interrupted: there, and there alone, damage looks like that.
      for (let at = 3; at < sound.length * 0.8; at += Math.ceil(sound.length / 12)) {
        await writeFile(path, flipped(sound, at))
        expect((await verifyDirectory(directory)).findings.length, `${path} at ${at}`).toBeGreaterThan(0)
      }
      await writeFile(path, sound)
    }
    for (const name of [...await dataFilesIn(directory, /^(CURRENT|MANIFEST-\d+|\d+\.ldb|\d+\.log)$/)]) {
      const path = join(directory, name)
      const sound = await readFile(path)
      await rm(path)
      expect((await verifyDirectory(directory)).findings[0], name).toMatchObject({ kind: 'file' })
      await writeFile(path, sound)
    }
    expect((await verifyDirectory(directory)).findings).toEqual([])
  })
})

async function spoilFirst(database: RawDatabase, kind: number): Promise<void> {
  const [key, value] = (await entriesOf(database, kind))[0] as RawEntry
  await database.put(key, flipped(value, -1))
}
