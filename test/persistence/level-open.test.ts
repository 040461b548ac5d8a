/** The door of a data directory: what is created, what is opened, what is refused and left alone. */
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { LevelStorage } from '@cowrite/persistence'
import { refusalOf } from '@cowrite/persistence/contract'
import { describe, expect, it } from 'vitest'
import { startChild } from './support/child.js'
import { directoryOfTest } from './support/directories.js'
import { ENVELOPE_BYTES, flipped, KIND, withDatabase } from './support/raw-level.js'

const MARK = 'COWRITE-CREATING'
const formatKey = Uint8Array.of(KIND.format)

const open = (directory: string) => LevelStorage.open(directory, { durability: 'fsync', history: 'keep' })

async function makeDocument(directory: string): Promise<void> {
  const storage = await open(directory)
  await storage.append([{ name: 'a', update: Uint8Array.of(1), time: 0 }])
  await storage.close()
}

async function expectDocument(directory: string): Promise<void> {
  const storage = await open(directory)
  expect((await storage.load('a'))?.tail.length).toBe(1)
  await storage.close()
}

/** Every file with its content, but for LevelDB's own journal of what it did. */
async function filesIn(directory: string): Promise<Map<string, string>> {
  const names = (await readdir(directory)).filter((name) => !name.startsWith('LOG'))
  const read = async (name: string) => [name, await readFile(join(directory, name), 'hex')] as const
  return new Map(await Promise.all(names.map(read)))
}

describe('opening a data directory', () => {
  it('[LV7] a missing or empty directory becomes a database, also within missing ones', async () => {
    const directory = await directoryOfTest()
    await mkdir(join(directory, 'empty'))
    for (const path of [join(directory, 'empty'), join(directory, 'not', 'there', 'yet')]) {
      await makeDocument(path)
      await expectDocument(path)
      expect((await readdir(path)).includes(MARK)).toBe(false)
    }
  })

  it('[LV7] the root of a new volume, with its lost+found, counts as empty', async () => {
    const directory = await directoryOfTest()
    await mkdir(join(directory, 'lost+found'))
    await makeDocument(directory)
    await expectDocument(directory)
    expect(await readdir(directory)).toContain('lost+found')
  })

  it('[LV7] a creation that was interrupted is taken up again', async () => {
    const onlyMark = await directoryOfTest()
    await writeFile(join(onlyMark, MARK), '')
    const withoutFormat = await directoryOfTest()
    await withDatabase(withoutFormat, async () => undefined)
    await writeFile(join(withoutFormat, MARK), '')
    for (const directory of [onlyMark, withoutFormat]) {
      await makeDocument(directory)
      await expectDocument(directory)
      expect((await readdir(directory)).includes(MARK)).toBe(false)
    }
  })

  it('[LV7] a creation that a power cut left unreadable is begun anew, unless documents could be there', async () => {
    // What LevelDB wrote before its first sync: CURRENT came to the disk, what it names did not.
    const torn = { [MARK]: '', CURRENT: 'MANIFEST-000001\n', 'MANIFEST-000001': '', '000003.log': '', LOCK: '' }
    const directory = await directoryOfTest()
    for (const [name, content] of Object.entries(torn)) await writeFile(join(directory, name), content)
    await makeDocument(directory)
    await expectDocument(directory)

    const withLog = await directoryOfTest()
    for (const [name, content] of Object.entries(torn)) await writeFile(join(withLog, name), content)
    await writeFile(join(withLog, '000003.log'), 'x'.repeat(200))
    const before = await filesIn(withLog)
    expect(await refusalOf(open(withLog))).toBe('damaged')
    expect(await filesIn(withLog)).toEqual(before)
  })

  it('[LV7] the mark of a creation never costs a document', async () => {
    const directory = await directoryOfTest()
    await makeDocument(directory)
    await writeFile(join(directory, MARK), '')
    await expectDocument(directory)
    expect((await readdir(directory)).includes(MARK)).toBe(false)

    await withDatabase(directory, (database) => database.compactRange(Uint8Array.of(0), Uint8Array.of(255)))
    await writeFile(join(directory, MARK), '')
    await rename(join(directory, 'CURRENT'), join(directory, '..', 'CURRENT.away'))
    const before = await filesIn(directory)
    expect(await refusalOf(open(directory))).toBe('damaged')
    expect(await filesIn(directory)).toEqual(before)
    await rename(join(directory, '..', 'CURRENT.away'), join(directory, 'CURRENT'))
    await expectDocument(directory)
  })

  it('[LV8] without CURRENT a database is refused as damaged and left as it is', async () => {
    const directory = await directoryOfTest()
    await makeDocument(directory)
    const current = await readFile(join(directory, 'CURRENT'))
    await rm(join(directory, 'CURRENT'))
    const before = await filesIn(directory)
    expect(await refusalOf(open(directory))).toBe('damaged')
    expect(await filesIn(directory)).toEqual(before)
    await writeFile(join(directory, 'CURRENT'), current)
    await expectDocument(directory)
  })

  it('[LV8] an empty CURRENT, or one that names what is not there, is refused as damaged', async () => {
    const directory = await directoryOfTest()
    await makeDocument(directory)
    for (const content of ['', 'MANIFEST-999999\n', 'nonsense']) {
      await writeFile(join(directory, 'CURRENT'), content)
      expect(await refusalOf(open(directory))).toBe('damaged')
    }
  })

  it('[LV8] a directory of other things is refused as damaged and left as it is', async () => {
    const directory = await directoryOfTest()
    await writeFile(join(directory, 'holiday.txt'), 'photos')
    expect(await refusalOf(open(directory))).toBe('damaged')
    expect(await readdir(directory)).toEqual(['holiday.txt'])
  })

  it('[LV8] the LevelDB database of another program is refused as damaged, with all it holds', async () => {
    const directory = await directoryOfTest()
    const key = new TextEncoder().encode('v1_sv_document')
    await withDatabase(directory, (database) => database.put(key, Uint8Array.of(1)))
    expect(await refusalOf(open(directory))).toBe('damaged')
    expect(await withDatabase(directory, (database) => database.keys().all())).toEqual([Buffer.from(key)])
  })

  it('[LV8] without its format record, or with a garbled one, a database is refused as damaged', async () => {
    const directory = await directoryOfTest()
    await makeDocument(directory)
    const value = await withDatabase(directory, (database) => database.get(formatKey))
    await withDatabase(directory, (database) => database.put(formatKey, flipped(value as Uint8Array, -1)))
    expect(await refusalOf(open(directory))).toBe('damaged')
    await withDatabase(directory, (database) => database.del(formatKey))
    expect(await refusalOf(open(directory))).toBe('damaged')
    await withDatabase(directory, (database) => database.put(formatKey, value as Uint8Array))
    await expectDocument(directory)
  })

  it('[LV9] a database of a newer format is refused as newer-format', async () => {
    const directory = await directoryOfTest()
    await makeDocument(directory)
    await withDatabase(directory, async (database) => {
      const value = (await database.get(formatKey)) as Uint8Array
      const payload = Buffer.from(value.subarray(ENVELOPE_BYTES))
      payload[0] = 3
      const header = Buffer.alloc(ENVELOPE_BYTES, 1)
      header.writeUInt32BE(crc32(payload, crc32(formatKey)), 1)
      await database.put(formatKey, Buffer.concat([header, payload]))
    })
    expect(await refusalOf(open(directory))).toBe('newer-format')
  })

  it('[LV10] what this process has open is refused as locked, until it is closed', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    expect(await refusalOf(open(directory))).toBe('locked')
    await storage.probe()
    await storage.close()
    await makeDocument(directory)
  })

  it('[LV10] what another process has open is refused as locked, until that one ends', async () => {
    const directory = await directoryOfTest()
    const child = startChild('child-hold.mjs', [directory])
    await child.line('opened')
    expect(await refusalOf(open(directory))).toBe('locked')
    await child.kill()
    await makeDocument(directory)
  })

  it('[LV11] what cannot be created is refused as not-writable', async () => {
    const directory = await directoryOfTest()
    await writeFile(join(directory, 'file'), '')
    expect(await refusalOf(open(join(directory, 'file')))).toBe('not-writable')
    expect(await refusalOf(open(join(directory, 'file', 'below')))).toBe('not-writable')
  })

  it('[LV11] what the user may not write is refused as not-writable', async () => {
    const directory = await directoryOfTest()
    await makeDocument(directory)
    await chmod(directory, 0o555)
    const child = startChild('child-hold.mjs', [directory, 'as-nobody'])
    expect(await child.line('refused')).toBe('not-writable')
    await child.ended
    await chmod(directory, 0o755)
    await expectDocument(directory)
  })

  it('[LV7] two that open a new directory at once: one gets it, the other is told that it is locked', async () => {
    const directory = join(await directoryOfTest(), 'new')
    const outcomes = await Promise.allSettled([open(directory), open(directory)])
    const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect([opened.length, refused]).toEqual([1, ['locked']])
    await opened[0]?.append([{ name: 'a', update: Uint8Array.of(1), time: 0 }])
    await opened[0]?.close()
    await expectDocument(directory)
  })
})
