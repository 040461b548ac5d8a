/** `repair` brings everything that can still be read into a new directory. */
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LevelStorage, repairDirectory, verifyDirectory } from '@cowrite/persistence'
import { refusalOf } from '@cowrite/persistence/contract'
import { describe, expect, it } from 'vitest'
import { directoryOfTest } from './support/directories.js'
import { dataFilesIn, isWhole, type Peopled, people } from './support/peopled.js'
import { entriesOf, flipped, KIND, type RawEntry, withDatabase } from './support/raw-level.js'

const DOCUMENTS = 60
const open = (directory: string) => LevelStorage.open(directory, { durability: 'fsync', history: 'none' })

async function peopled(): Promise<{ directory: string; target: string; all: Peopled }> {
  const place = await directoryOfTest()
  const directory = join(place, 'data')
  return { directory, target: join(place, 'new'), all: await people(directory, { seed: 5, documents: DOCUMENTS, rounds: 12 }) }
}

async function filesIn(directory: string): Promise<Map<string, string>> {
  const names = (await readdir(directory)).toSorted()
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), 'hex')] as const)))
}

/** Names of the documents that are exactly what was written. */
async function wholeIn(directory: string, all: Peopled): Promise<Set<string>> {
  const storage = await open(directory)
  const whole = new Set<string>()
  for (const [name, expected] of all.documents) if (isWhole(expected, await storage.load(name))) whole.add(name)
  await storage.close()
  return whole
}

async function flipIn(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  await writeFile(path, flipped(bytes, at < 0 ? at : Math.min(at, bytes.length - 1)))
}

const allButOne = (names: Iterable<string>, one: string): Set<string> => new Set([...names].filter((name) => name !== one))

describe('repairDirectory', () => {
  it('[DR3] of a sound directory makes one with the same documents, snapshots, epochs and quarantine', async () => {
    const { directory, target, all } = await peopled()
    const storage = await open(directory)
    await storage.quarantine('document 005', 12, 'a reason')
    await storage.remove('document 004')
    const epoch = (await storage.load('document 001'))?.epoch
    await storage.close()
    const before = await filesIn(directory)
    const report = await repairDirectory(directory, target)
    expect(report).toMatchObject({ documents: DOCUMENTS, findings: [], putAside: 0, leftBehind: 0, kept: report.records })
    expect(await filesIn(directory)).toEqual(before)
    expect(await verifyDirectory(target)).toMatchObject({ documents: DOCUMENTS, removed: 1, quarantined: 1, findings: [] })
    const repaired = await open(target)
    expect((await repaired.load('document 001'))?.epoch).toBe(epoch)
    await repaired.restore('document 004')
    for (const name of allButOne(all.documents.keys(), 'document 005')) {
      expect(isWhole(all.documents.get(name) as never, await repaired.load(name)), name).toBe(true)
    }
    await repaired.close()
  })

  it('[DR3] takes over everything where CURRENT or MANIFEST are lost, halved or garbled', async () => {
    for (const spoil of [
      (path: string) => rm(join(path, 'CURRENT')),
      (path: string) => truncate(join(path, 'CURRENT'), 5),
      async (path: string) => rm(join(path, (await dataFilesIn(path, /^MANIFEST/))[0] as string)),
      async (path: string) => truncate(join(path, (await dataFilesIn(path, /^MANIFEST/))[0] as string), 60),
      async (path: string) => flipIn(join(path, (await dataFilesIn(path, /^MANIFEST/))[0] as string), 20),
    ]) {
      const { directory, target, all } = await peopled()
      await spoil(directory)
      const report = await repairDirectory(directory, target)
      expect(report.findings.map(({ kind }) => kind)).toEqual(['file'])
      expect((await wholeIn(target, all)).size).toBe(DOCUMENTS)
    }
  })

  it('[DR3] loses one record for one flipped byte in the log, puts it aside, and lists it', async () => {
    const { directory, target, all } = await peopled()
    const [log] = await dataFilesIn(directory, /log$/)
    const path = join(directory, log as string)
    const sound = await readFile(path)
    await writeFile(path, flipped(sound, sound.indexOf('somebody', sound.length >> 1)))
    const report = await repairDirectory(directory, target)
    expect(report).toMatchObject({ putAside: 1, leftBehind: 0, documents: DOCUMENTS })
    const [file, hit] = report.findings
    expect(report.findings.length).toBe(2)
    expect(file).toMatchObject({ kind: 'file', file: log })
    expect(hit).toMatchObject({ kind: 'log' })
    expect(await wholeIn(target, all)).toEqual(allButOne(all.documents.keys(), hit?.document as string))
    expect(await verifyDirectory(target)).toMatchObject({ quarantined: 1, findings: [] })
  })

  it('[DR3] of a table with a damaged block, index or footer loses at most what that block held', async () => {
    const { directory, target, all } = await peopled()
    const path = join(directory, (await dataFilesIn(directory, /ldb$/))[0] as string)
    const sound = await readFile(path)
    for (const at of [Math.floor(sound.length / 3), Math.floor(sound.length / 2), -60, -45, -1]) {
      await writeFile(path, flipped(sound, at))
      const report = await repairDirectory(directory, target)
      expect(report.findings[0], `${at}`).toMatchObject({ kind: 'file' })
      const whole = await wholeIn(target, all)
      // A block of 4 KB has some 60 of these records, of ten documents.
      expect(whole.size, `${at}`).toBeGreaterThanOrEqual(at < 0 ? DOCUMENTS : DOCUMENTS - 15)
      await rm(target, { recursive: true })
    }
  })

  it('[DR3] gives a document a new head where its own is lost', async () => {
    const { directory, target, all } = await peopled()
    await withDatabase(directory, async (database) => database.del(((await entriesOf(database, KIND.head))[3] as RawEntry)[0]))
    const report = await repairDirectory(directory, target)
    expect(report.findings).toMatchObject([{ kind: 'head', document: 'document 003' }])
    expect((await wholeIn(target, all)).size).toBe(DOCUMENTS)
    expect((await verifyDirectory(target)).findings).toEqual([])
  })

  it('[DR4] is refused into what is not empty, into itself, from an open directory, and from none of ours', async () => {
    const { directory, target } = await peopled()
    await mkdir(target)
    await writeFile(join(target, 'mine'), '')
    expect(await refusalOf(repairDirectory(directory, target))).toBe('not-writable')
    expect(await refusalOf(repairDirectory(directory, join(target, 'mine')))).toBe('not-writable')
    expect(await refusalOf(repairDirectory(directory, directory))).toBe('not-writable')
    await rm(join(target, 'mine'))
    const storage = await open(directory)
    expect(await refusalOf(repairDirectory(directory, target))).toBe('locked')
    await storage.close()
    const other = await directoryOfTest()
    await withDatabase(other, (database) => database.put(Buffer.from('x'), Buffer.from('y')))
    expect(await refusalOf(repairDirectory(other, target))).toBe('damaged')
    expect(await refusalOf(repairDirectory(target, join(target, 'new')))).toBe('damaged')
    expect(await readdir(target)).toEqual([])
    expect(await readdir(dirname(target))).toEqual(['data', 'new'])
  })

  it('[DR4] interrupted, it leaves the old directory as it was and no new one', async () => {
    const { directory, target } = await peopled()
    const before = await filesIn(directory)
    const interrupted = repairDirectory(directory, target, { onProgress: () => { throw new Error('interrupted') } })
    expect(await refusalOf(interrupted)).toBe('not-writable')
    expect(await filesIn(directory)).toEqual(before)
    expect(await readdir(dirname(target))).toEqual(['data'])
    // Killed, it leaves the half-made one where it counts for nothing: neither to a server nor to the next repair.
    await mkdir(join(target, 'COWRITE-BUILDING'), { recursive: true })
    await writeFile(join(target, 'COWRITE-BUILDING', 'CURRENT'), 'half')
    expect((await repairDirectory(directory, target)).findings).toEqual([])
    expect((await verifyDirectory(target)).documents).toBe(DOCUMENTS)
  })
})
