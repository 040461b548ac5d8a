/**
 * Rules DU7 and DU8 piece by piece: the file, its places, and what of it is taken in.
 */
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeSpill, encodeSpill, type LogEntry, MemoryStorage, type Storage } from '@cowrite/persistence'
import { FaultyStorage } from '@cowrite/persistence/contract'
import { Spill, systemClock, takeInSpills } from '@cowrite/server'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import * as Y from 'yjs'
import { logLines } from '../support/log-lines.js'

/** The updates of somebody who typed these pieces one after the other. */
function typed(name: string, pieces: readonly string[], epoch = 'first'): LogEntry[] {
  const doc = new Y.Doc()
  const entries: LogEntry[] = []
  doc.on('update', (update: Uint8Array) => entries.push({ name, update, epoch, time: entries.length, author: 'ada' }))
  for (const piece of pieces) doc.getText('text').insert(doc.getText('text').length, piece)
  return entries
}

async function textIn(storage: Storage, name: string): Promise<string> {
  const doc = new Y.Doc()
  for (const { update } of (await storage.load(name))?.tail ?? []) Y.applyUpdate(doc, update)
  return doc.getText('text').toString()
}

function places() {
  const directory = mkdtempSync(join(tmpdir(), 'cowrite-spill-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const [data, elsewhere] = [join(directory, 'data'), join(directory, 'elsewhere')]
  mkdirSync(data)
  return { data, elsewhere, spill: new Spill({ data, spillDir: elsewhere, clock: systemClock }), log: logLines() }
}

const bytesOf = (entries: readonly LogEntry[]): Buffer => Buffer.concat([...encodeSpill(entries)])

describe('a spill file', () => {
  it('[DU7] gives back exactly what was put in', () => {
    const entries: LogEntry[] = [
      ...typed('minutes/of May \0', ['a', 'b']),
      { name: 'x', update: new Uint8Array(), time: 1.5, epoch: 'e' },
      { name: 'y', update: Uint8Array.of(1), time: 0 },
    ]
    expect(decodeSpill(bytesOf(entries))).toEqual({ entries, damaged: 0 })
    expect(decodeSpill(bytesOf([]))).toEqual({ entries: [], damaged: 0 })
  })

  it('[DU8] cut anywhere, gives back what is whole, and says that something is missing', () => {
    const entries = typed('x', ['a', 'b', 'c'])
    const bytes = bytesOf(entries)
    const ends = entries.map((_, index) => bytesOf(entries.slice(0, index + 1)).length)
    for (let length = 0; length < bytes.length; length++) {
      const whole = ends.filter((end) => end <= length).length
      const isCut = !ends.includes(length) && length !== bytesOf([]).length
      expect(decodeSpill(bytes.subarray(0, length))).toEqual({ entries: entries.slice(0, whole), damaged: isCut ? 1 : 0 })
    }
  })

  it('[DU8] with any bit turned over, gives back nothing that was not put in', () => {
    const entries = typed('x', ['a', 'b', 'c'])
    const bytes = bytesOf(entries)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const garbled = Buffer.from(bytes)
      garbled[bit >> 3] = (garbled[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const read = decodeSpill(garbled)
      expect(read.damaged).toBeGreaterThan(0)
      for (const entry of read.entries) expect(entries).toContainEqual(entry)
    }
  })

  it('[DU7] lies in the data directory, or elsewhere when that cannot be written, for its owner alone', async () => {
    const { data, elsewhere, spill } = places()
    const first = await spill.write(typed('x', ['a']))
    expect(first.startsWith(join(data, 'cowrite-spill-'))).toBe(true)
    rmSync(data, { recursive: true })
    writeFileSync(data, 'now a file')
    const second = await spill.write(typed('x', ['b']))
    expect(second.startsWith(join(elsewhere, 'cowrite-spill-'))).toBe(true)
    expect(await spill.find()).toEqual([second])
    if (process.platform !== 'win32') expect(statSync(second).mode & 0o777).toBe(0o600)
    expect(readdirSync(elsewhere)).toHaveLength(1)
    rmSync(elsewhere, { recursive: true })
    writeFileSync(elsewhere, 'a file, too')
    await expect(spill.write(typed('x', ['c']))).rejects.toThrow(AggregateError)
  })
})

describe('the directory for temporary files', () => {
  it('[DU7] is the second place by default, unless somebody else made it before', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only the superuser can give a directory to somebody else')
    const { data, elsewhere } = places()
    rmSync(data, { recursive: true })
    writeFileSync(data, 'no directory')
    mkdirSync(elsewhere)
    vi.stubEnv('TMPDIR', elsewhere)
    onTestFinished(() => void vi.unstubAllEnvs())
    const spill = new Spill({ data, spillDir: 'auto', clock: systemClock })
    const path = await spill.write(typed('x', ['a']))
    expect(path.startsWith(join(elsewhere, 'cowrite-spill', 'cowrite-spill-'))).toBe(true)
    expect(statSync(join(elsewhere, 'cowrite-spill')).mode & 0o777).toBe(0o700)
    chownSync(join(elsewhere, 'cowrite-spill'), 12_345, 12_345)
    await expect(spill.write(typed('x', ['b']))).rejects.toThrow(AggregateError)
  })
})

describe('taking spill files in', () => {
  it('[DU8] brings everything to its document, once, and removes the file', async () => {
    const { spill, log } = places()
    const storage = new MemoryStorage()
    const [one, two, three] = typed('x', ['one ', 'two ', 'three'])
    await storage.append([one as LogEntry])
    const path = await spill.write([one as LogEntry, two as LogEntry, ...typed('new', ['fresh'])])
    const copy = readFileSync(path)
    await spill.write([three as LogEntry])
    await takeInSpills(spill, storage, log)
    expect(await textIn(storage, 'x')).toBe('one two three')
    expect(await textIn(storage, 'new')).toBe('fresh')
    expect((await storage.load('x'))?.tail.map(({ author, time }) => [author, time])).toEqual([['ada', 0], ['ada', 1], ['ada', 2]])
    expect(await spill.find()).toEqual([])
    // The same file again, as when the server was killed before it could remove it.
    writeFileSync(path, copy)
    await takeInSpills(spill, storage, log)
    expect((await storage.load('x'))?.tail).toHaveLength(3)
    expect((await storage.load('new'))?.tail).toHaveLength(1)
    expect(await spill.find()).toEqual([])
  })

  it('[DU8] in whatever order the files are found', async () => {
    const { data, spill, log } = places()
    const storage = new MemoryStorage()
    const [one, two] = typed('x', ['one ', 'two'])
    writeFileSync(join(data, 'cowrite-spill-1'), bytesOf([two as LogEntry]))
    writeFileSync(join(data, 'cowrite-spill-2'), bytesOf([one as LogEntry]))
    await takeInSpills(spill, storage, log)
    expect(await textIn(storage, 'x')).toBe('one two')
  })

  it('[DU8] keeps aside what fits nowhere, and takes in the rest', async () => {
    const { data, spill, log } = places()
    const storage = new MemoryStorage()
    await storage.append([...typed('other', ['theirs'], 'second'), ...typed('removed', ['gone'])])
    await storage.remove('removed')
    const [, later] = typed('gap', ['lost', 'later'])
    const malformed: LogEntry = { name: 'odd', update: Uint8Array.of(255), time: 0, epoch: 'first' }
    const whole = bytesOf([...typed('other', ['mine']), ...typed('removed', ['more']), later as LogEntry, malformed, ...typed('good', ['kept'])])
    const torn = bytesOf(typed('torn', ['half', 'of it']))
    writeFileSync(join(data, 'cowrite-spill-1'), whole)
    writeFileSync(join(data, 'cowrite-spill-2'), torn.subarray(0, -1))
    writeFileSync(join(data, 'cowrite-spill-3'), 'nothing of ours')
    await takeInSpills(spill, storage, log)
    expect(await textIn(storage, 'good')).toBe('kept')
    expect(await textIn(storage, 'torn')).toBe('half')
    expect(await textIn(storage, 'other')).toBe('theirs')
    expect(await storage.load('gap')).toBe(undefined)
    expect(await storage.load('odd')).toBe(undefined)
    await storage.restore('removed')
    expect(await textIn(storage, 'removed')).toBe('gone')
    expect(await spill.find()).toEqual([])
    expect(readdirSync(data).toSorted()).toEqual(['cowrite-spill-1.aside', 'cowrite-spill-2.aside', 'cowrite-spill-3.aside'])
    expect(readFileSync(join(data, 'cowrite-spill-1.aside')).equals(whole)).toBe(true)
    const told = log.lines.filter((line) => line.includes('kept aside'))
    expect(told).toHaveLength(3)
    for (const name of ['other', 'removed', 'gap', 'odd']) expect(told[0]).toContain(`"${name}"`)
    expect(told[0]).not.toContain('"good"')
    expect(log.lines.join('')).not.toMatch(/mine|theirs|kept"/)
  })

  it('[DU8] leaves the file where it is while storage fails, and ends all the same', async () => {
    const { spill, log } = places()
    const disk = new MemoryStorage()
    const storage = new FaultyStorage(disk, ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined))
    const path = await spill.write(typed('x', ['patience']))
    await takeInSpills(spill, storage, log)
    expect(existsSync(path)).toBe(true)
    expect(log.lines.join('')).toContain('could not be taken in')
    storage.plan = () => undefined
    await takeInSpills(spill, storage, log)
    expect(await textIn(disk, 'x')).toBe('patience')
    expect(existsSync(path)).toBe(false)
  })

  it('[DU8] reads no file of somebody else, no link, and nothing that is not whole yet', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no owners and links of this kind')
    const { data, spill, log } = places()
    const storage = new MemoryStorage()
    const outside = join(data, 'letter')
    writeFileSync(outside, bytesOf(typed('x', ['planted'])))
    symlinkSync(outside, join(data, 'cowrite-spill-link'))
    writeFileSync(join(data, 'cowrite-spill-unfinished.part'), bytesOf(typed('x', ['half'])))
    if (process.getuid?.() !== 0) {
      writeFileSync(join(data, 'cowrite-spill-secret'), bytesOf(typed('x', ['secret'])))
      chmodSync(join(data, 'cowrite-spill-secret'), 0)
    } else {
      const foreign = join(data, 'cowrite-spill-foreign')
      writeFileSync(foreign, bytesOf(typed('x', ['foreign'])))
      chownSync(foreign, 12_345, 12_345)
    }
    await takeInSpills(spill, storage, log)
    expect(await storage.load('x')).toBe(undefined)
    expect(readdirSync(data)).toHaveLength(4)
    expect(log.lines.filter((line) => line.includes('cannot be read'))).toHaveLength(2)
  })
})
