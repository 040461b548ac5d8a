/** What happens to a damaged data directory before LevelDB may open it: mended, or refused and left alone. */
import { cp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DamageReport, LevelStorage, repairDirectory } from '@cowrite/persistence'
import { refusalOf } from '@cowrite/persistence/contract'
import { describe, expect, it } from 'vitest'
import { readCommitNote } from '../../persistence/dist/commit-note.js'
import { inspectDirectory } from '../../persistence/dist/level-inspect.js'
import { directoryOfTest } from './support/directories.js'
import { dataFilesIn, isWhole, type Peopled, people } from './support/peopled.js'
import { entriesOf, flipped, KIND, type RawEntry, withDatabase } from './support/raw-level.js'

const DOCUMENTS = 30
const UPDATES = 24

/** Documents in a table and in the log, closed; and a way to open it that tells. */
async function peopled() {
  const directory = join(await directoryOfTest(), 'data')
  const all = await people(directory, { seed: 3, documents: DOCUMENTS, rounds: UPDATES })
  const reports: DamageReport[] = []
  const onDamage = (report: DamageReport): void => void reports.push(report)
  const open = (path = directory) => LevelStorage.open(path, { durability: 'fsync', history: 'none', onDamage })
  const pathOf = async (pattern: RegExp): Promise<string> => join(directory, (await dataFilesIn(directory, pattern)).at(-1) as string)
  return { directory, all, reports, open, pathOf }
}

async function filesIn(directory: string): Promise<Map<string, string>> {
  const names = (await readdir(directory)).filter((name) => !/^LOG/.test(name)).toSorted()
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), 'hex')] as const)))
}

async function lacking(storage: LevelStorage, all: Peopled): Promise<string[]> {
  const names: string[] = []
  for (const [name, expected] of all.documents) if (!isWhole(expected, await storage.load(name))) names.push(name)
  return names
}

const rewrite = async (path: string, change: (bytes: Buffer) => Uint8Array): Promise<void> =>
  writeFile(path, change(await readFile(path)))

describe('before a directory is opened', () => {
  it('[DR5] a MANIFEST cut anywhere costs nothing: it is refused with every file as it was, or opens whole', async () => {
    const { directory, all, open, pathOf, reports } = await peopled()
    // Edits beside the one that every opening begins with: tables made, put together, deleted.
    await withDatabase(directory, async (database) => {
      const [format] = await entriesOf(database, KIND.format)
      for (let round = 0; round < 3; round++) {
        await database.put(...(format as RawEntry))
        await database.compactRange(Uint8Array.of(0), Uint8Array.of(255))
      }
    })
    const { size } = await stat(await pathOf(/^MANIFEST/))
    let refused = 0
    for (let length = 0; length < size; length += Math.ceil(size / 25)) {
      const copy = join(directory, '..', `copy-${length}`)
      await cp(directory, copy, { recursive: true })
      await truncate(join(copy, (await dataFilesIn(copy, /^MANIFEST/))[0] as string), length)
      const before = await filesIn(copy)
      const storage = await open(copy).catch((error: Error) => error)
      if (storage instanceof Error) {
        refused++
        expect(storage).toMatchObject({ code: 'damaged', message: expect.stringContaining('cowrite repair') })
        expect(await filesIn(copy), `cut at ${length}`).toEqual(before)
      } else {
        expect(await lacking(storage, all), `cut at ${length}`).toEqual([])
        await storage.close()
      }
    }
    expect(refused).toBeGreaterThan(10)
    expect(reports).toEqual([])
  })

  it.each<[string, RegExp, (path: string) => Promise<void>]>([
    ['a missing CURRENT', /^CURRENT$/, (path) => rm(path)],
    ['half a CURRENT', /^CURRENT$/, (path) => truncate(path, 7)],
    ['an empty CURRENT', /^CURRENT$/, (path) => truncate(path, 0)],
    ['a garbled CURRENT', /^CURRENT$/, (path) => rewrite(path, (bytes) => flipped(bytes, 3))],
    ['a missing MANIFEST', /^MANIFEST/, (path) => rm(path)],
    ['a garbled MANIFEST', /^MANIFEST/, (path) => rewrite(path, (bytes) => flipped(bytes, 12))],
    ['a missing table', /ldb$/, (path) => rm(path)],
    ['a missing log', /log$/, (path) => rm(path)],
  ])('[DR5] %s is refused as damaged, with what to do, and nothing is changed', async (_what, pattern, spoil) => {
    const { directory, open, pathOf } = await peopled()
    await spoil(await pathOf(pattern))
    const before = await filesIn(directory)
    for (let times = 0; times < 2; times++) {
      await expect(open()).rejects.toMatchObject({ code: 'damaged', message: expect.stringContaining('cowrite repair') })
      expect(await filesIn(directory)).toEqual(before)
    }
  })

  it('[DR6] one flipped bit in a log costs one record, which is put aside; the file is kept and told of once', async () => {
    const { directory, all, reports, open, pathOf } = await peopled()
    const path = await pathOf(/log$/)
    const spoilt = flipped(await readFile(path), (await readFile(path)).indexOf('somebody', 9000))
    await writeFile(path, spoilt)
    const storage = await open()
    const [file, ...more] = reports.splice(0)
    expect(file).toMatchObject({ kind: 'file', file: path.slice(directory.length + 1) })
    expect(more).toEqual([])
    const hit = await lacking(storage, all)
    expect(hit.length).toBe(1)
    expect(reports).toMatchObject([{ kind: 'log', document: hit[0] }])
    expect(await storage.load(hit[0] as string)).toMatchObject({ quarantined: 1 })
    await storage.close()
    const [folder] = await readdir(join(directory, 'damaged'))
    expect(await readFile(join(directory, 'damaged', folder as string, file?.file as string))).toEqual(Buffer.from(spoilt))
    reports.splice(0)
    const again = await open()
    expect(await lacking(again, all)).toEqual(hit)
    expect(reports).toEqual([])
    await again.close()
  })

  it('[DR6] a damaged block of a table costs at most what it held; every document that may lack something is named', async () => {
    const { all, reports, open, pathOf } = await peopled()
    await rewrite(await pathOf(/ldb$/), (bytes) => flipped(bytes, bytes.length >> 1))
    const storage = await open()
    const named = new Set(reports.flatMap(({ document }) => document ?? []))
    const hit = await lacking(storage, all)
    expect(reports.filter(({ document }) => document === undefined)).toMatchObject([{ kind: 'file' }])
    expect(hit.filter((name) => !named.has(name))).toEqual([])
    expect(hit.length).toBeLessThan(12)
    expect(await storage.list({ limit: 100 })).toEqual([...all.documents.keys()])
    await storage.close()
  })

  it('[DR6] a name that is garbled in a damaged block makes no document, neither at the start nor in a repaired directory', async () => {
    const { directory, all, open } = await peopled()
    const table = (await dataFilesIn(directory, /ldb$/))[0] as string
    const names = [...all.documents.keys()]
    // The first block begins with the heads of all documents.
    for (const at of [66, 100, 350, 633, 1150]) {
      const copy = join(directory, '..', `flipped-${at}`)
      await cp(directory, copy, { recursive: true })
      await rewrite(join(copy, table), (bytes) => flipped(bytes, at))
      await repairDirectory(copy, `${copy}-repaired`)
      for (const path of [copy, `${copy}-repaired`]) {
        const storage = await open(path)
        expect((await storage.list({ limit: 100 })).filter((name) => !names.includes(name)), `${path}`).toEqual([])
        await storage.close()
      }
    }
  })

  it('[DR6] a table whose filter, index or footer is damaged, or that was cut behind its data, loses nothing', async () => {
    for (const spoil of [
      (bytes: Buffer) => flipped(bytes, -1),
      (bytes: Buffer) => flipped(bytes, -60),
      (bytes: Buffer) => bytes.subarray(0, -48),
      // The bloom filter, which LevelDB asks before it looks for a key, lies before the metaindex of some 40 bytes and the index.
      (bytes: Buffer) => flipped(bytes, bytes.indexOf('filter.leveldb') - 30),
    ]) {
      const { all, reports, open, pathOf } = await peopled()
      await rewrite(await pathOf(/ldb$/), spoil)
      const storage = await open()
      expect(await lacking(storage, all)).toEqual([])
      expect(reports.filter(({ document }) => document === undefined)).toMatchObject([{ kind: 'file' }])
      await storage.close()
    }
  })

  it('[DR6] a removed document stays removed and an erased one erased when the tables that said so are damaged', async () => {
    const { directory, all, open } = await peopled()
    const before = await open()
    await before.remove('document 001')
    await before.erase('document 002')
    await before.close()
    // What they held lies in one table, that they are gone in another.
    await (await open()).close()
    expect((await dataFilesIn(directory, /ldb$/)).length).toBeGreaterThan(1)
    for (const name of await dataFilesIn(directory, /ldb$/)) await rewrite(join(directory, name), (bytes) => flipped(bytes, -1))
    const storage = await open()
    expect(await refusalOf(storage.load('document 001'))).toBe('removed')
    expect(await refusalOf(storage.load('document 002'))).toBe('removed')
    await storage.restore('document 001')
    await storage.create('document 002')
    expect((await storage.load('document 002'))?.tail).toEqual([])
    expect(await lacking(storage, all)).toEqual(['document 002'])
    await storage.close()
  })

  it('[DR7] after a closing not one byte at the end of the log is lost unseen', async () => {
    const { directory, reports, open, pathOf } = await peopled()
    const path = await pathOf(/log$/)
    const { size } = await stat(path)
    for (const [what, spoil] of [
      ['cut by a byte', (copy: string) => truncate(copy, size - 1)],
      ['cut by a half', (copy: string) => truncate(copy, size >> 1)],
      ['emptied', (copy: string) => truncate(copy, 0)],
      ['flipped at its end', (copy: string) => rewrite(copy, (bytes) => flipped(bytes, -1))],
      ['zeroed at its end', (copy: string) => rewrite(copy, (bytes) => bytes.fill(0, size - 2000))],
    ] as const) {
      const copy = join(directory, '..', what)
      await cp(directory, copy, { recursive: true })
      await spoil(join(copy, path.slice(directory.length + 1)))
      const storage = await open(copy)
      expect(reports.splice(0)[0], what).toMatchObject({ kind: 'file', file: path.slice(directory.length + 1) })
      await storage.close()
    }
  })

  it('[DR7] without a closing what was never said to be saved may be missing from the end of the log, and is no damage', async () => {
    const { directory, reports, open } = await peopled()
    const storage = await open()
    await storage.append([{ name: 'document 001', update: Uint8Array.of(0, 0), time: 0 }])
    const log = (await dataFilesIn(directory, /log$/))[0] as string
    await expect.poll(async () => (await readCommitNote(directory))?.logs.length).toBe(1)
    const [killed, cut] = [join(directory, '..', 'killed'), join(directory, '..', 'cut')]
    for (const copy of [killed, cut]) await cp(directory, copy, { recursive: true })
    await storage.close()
    // Half of a write more, as a crash in the middle of it leaves it.
    await rewrite(join(killed, log), (bytes) => Buffer.concat([bytes, bytes.subarray(0, 60)]))
    const after = await open(killed)
    expect((await after.load('document 001'))?.tail.at(-1)?.update).toEqual(Uint8Array.of(0, 0))
    await after.close()
    expect(reports).toEqual([])
    await rewrite(join(cut, log), (bytes) => bytes.subarray(0, -1))
    await (await open(cut)).close()
    expect(reports).toMatchObject([{ kind: 'file', file: log }])
  })

  it('[DR8] damage that LevelDB meets while it runs is mended with the next use, without a restart', async () => {
    const { all, reports, open, pathOf } = await peopled()
    const storage = await open()
    const path = await pathOf(/ldb$/)
    const { size } = await stat(path)
    await rewrite(path, (bytes) => bytes.fill(0xff, 600, size - 3000))
    expect(await refusalOf(storage.load('document 010'))).toBe('io')
    const hit = await lacking(storage, all)
    expect(hit.length).toBeGreaterThan(0)
    const named = new Set(reports.flatMap(({ document }) => document ?? []))
    expect(hit.filter((name) => !named.has(name))).toEqual([])
    const [sequence] = await storage.append([{ name: 'document 029', update: Uint8Array.of(0, 0), time: 0 }])
    expect((await storage.load('document 029'))?.tail.at(-1)?.sequence).toBe(sequence)
    await storage.close()
  })

  it('[DR8] only so much of the tables is read at an opening, but all of them once damage was met or two openings had no closing', async () => {
    const { directory, pathOf } = await peopled()
    await rewrite(await pathOf(/ldb$/), (bytes) => flipped(bytes, bytes.length >> 1))
    const note = { closed: false, openings: 1, suspect: false, logs: [] }
    const found = async (more: Partial<typeof note>, isReopening = false) =>
      (await inspectDirectory(directory, { ...note, ...more }, isReopening, 0)).tables.length
    expect(await found({})).toBe(0)
    expect(await found({ openings: 2 }, true)).toBe(0)
    for (const openings of [2, 3, 4, 5, 6, 7]) expect(await found({ openings }), `${openings}`).toBe([2, 6].includes(openings) ? 1 : 0)
    for (const isReopening of [false, true]) expect(await found({ suspect: true }, isReopening)).toBe(1)
  })
})
