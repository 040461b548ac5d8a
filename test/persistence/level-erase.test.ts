/**
 * Erasing from LevelDB: no byte of the content stays in any file.
 *
 * The proof is a search through all bytes of all files for markers, random bytes that no compression can hide. That
 * they are found before is part of it.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LevelStorage, type LogEntry } from '@cowrite/persistence'
import { randomOf, refusalOf } from '@cowrite/persistence/contract'
import { ClassicLevel } from 'classic-level'
import { describe, expect, it, onTestFinished } from 'vitest'
import { directoryOfTest } from './support/directories.js'
import { entriesOf, isPack, KIND, withDatabase } from './support/raw-level.js'

const SEED = Number(process.env['COWRITE_SEED'] ?? 20261128)
const ROUNDS = Number(process.env['COWRITE_RUNS'] ?? 6)
const MARKER_BYTES = 16

const open = (directory: string, history: 'keep' | 'none' = 'keep') => LevelStorage.open(directory, { durability: 'os', history })

type Random = () => number

const randomBytes = (random: Random, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => Math.floor(random() * 256))

/** The content of all files, by name. */
async function filesOf(directory: string): Promise<[name: string, bytes: Buffer][]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(files.map(async (file): Promise<[string, Buffer]> => [file, await readFile(file)]))
}

/** How many of these are somewhere in the directory, and where. */
async function found(directory: string, markers: readonly Uint8Array[]): Promise<{ count: number; files: string[] }> {
  const files = await filesOf(directory)
  const holds = (marker: Uint8Array): [string, Buffer][] => files.filter(([, bytes]) => bytes.includes(Buffer.from(marker.buffer, marker.byteOffset, marker.length)))
  const hits = markers.map(holds).filter((hit) => hit.length > 0)
  return { count: hits.length, files: [...new Set(hits.flat().map(([name]) => name))] }
}

/** A document whose every record holds a marker, beside another that stays. */
class Marked {
  readonly markers: Uint8Array[] = []
  readonly kept: Uint8Array[] = []
  #last = 0
  /** Each size once: updates of equal length lie between one another in a record of many. */
  readonly #sizes = new Set<number>()
  constructor(readonly storage: LevelStorage, readonly random: Random) {}

  #bytes(into: Uint8Array[]): Uint8Array {
    const marker = randomBytes(this.random, MARKER_BYTES)
    into.push(marker)
    // At any place within the record, whose size decides how blocks and tables are cut.
    let size = MARKER_BYTES + Math.floor(this.random() ** 4 * 20_000)
    while (this.#sizes.has(size)) size++
    this.#sizes.add(size)
    const bytes = randomBytes(this.random, size)
    bytes.set(marker, Math.floor(this.random() * (size - MARKER_BYTES + 1)))
    return bytes
  }

  async append(count: number): Promise<void> {
    const entry = (name: string, into: Uint8Array[]): LogEntry => ({ name, update: this.#bytes(into), time: 0 })
    const entries = Array.from({ length: count }, () => (this.random() < 0.6 ? entry('gone', this.markers) : entry('kept', this.kept)))
    entries.push(entry('gone', this.markers))
    await this.storage.append(entries)
    this.#last += entries.filter(({ name }) => name === 'gone').length
  }

  async compact(): Promise<void> {
    const part = () => this.#bytes(this.markers)
    await this.storage.compact('gone', { update: part(), stateVector: part(), deletions: part() }, this.#last)
  }

  /** What lies in the packs, as it lies there: nothing that was put in can be found in them. */
  async takePacks(): Promise<void> {
    for await (const records of this.storage.records()) {
      for (const [key, value] of records) {
        if (isPack(key)) this.markers.push(value.slice(-MARKER_BYTES))
      }
    }
  }

  async quarantine(): Promise<void> {
    await this.storage.quarantine('gone', this.#last, 'a reason')
  }
}

describe('erasing leaves nothing in the files', () => {
  for (const [id, history] of Array.from({ length: ROUNDS }, (_, round) => [round, round % 3 === 2 ? 'none' : 'keep'] as const)) {
    it(`[DL1] whatever lay where, written, compacted, put aside, reopened by chance (seed ${SEED + id})`, async () => {
      const random = randomOf(SEED + id)
      const directory = await directoryOfTest()
      let marked = new Marked(await open(directory, history), random)
      const all: Uint8Array[] = []
      const kept: Uint8Array[] = []
      await marked.append(5)
      for (let step = 0; step < 12; step++) {
        const dice = random()
        if (dice < 0.5) await marked.append(Math.floor(random() * 60))
        else if (dice < 0.65) await marked.compact()
        else if (dice < 0.75) {
          await marked.append(1)
          await marked.quarantine()
        } else if (dice < 0.9) {
          // Opening turns the log file into tables.
          await marked.storage.close()
          const next = new Marked(await open(directory, history), random)
          const { storage } = next
          marked = Object.assign(marked, { storage })
        }
      }
      all.push(...marked.markers)
      kept.push(...marked.kept)
      expect((await found(directory, all)).count).toBeGreaterThan(0)
      expect((await found(directory, marked.markers.slice(-1))).count).toBe(1)
      if (history === 'keep') {
        await marked.compact()
        await marked.takePacks()
        const packs = marked.markers.slice(-1)
        expect((await found(directory, packs)).count).toBe(1)
        all.push(...packs)
      }
      await marked.storage.erase('gone')
      expect(await found(directory, all)).toEqual({ count: 0, files: [] })
      expect((await found(directory, kept)).count).toBe(kept.length)
      expect((await marked.storage.load('kept'))?.tail.length).toBe(kept.length)
      await marked.storage.close()
      expect(await found(directory, all)).toEqual({ count: 0, files: [] })
    })
  }

  it('[DL1] also what is written and erased within one write buffer, whose table lands on the lowest level', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    const marked = new Marked(storage, randomOf(SEED))
    await marked.append(20)
    expect((await found(directory, marked.markers)).count).toBe(marked.markers.length)
    await storage.erase('gone')
    expect(await found(directory, marked.markers)).toEqual({ count: 0, files: [] })
    await storage.close()
  })

  it('[DL1] a reader that began before does not keep it there', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    const marked = new Marked(storage, randomOf(SEED))
    for (let i = 0; i < 20; i++) await marked.append(50)
    const reads = [storage.load('gone'), storage.load('kept'), storage.list({ limit: 10 }), storage.load('gone')]
    const erased = storage.erase('gone')
    await Promise.all([erased, Promise.allSettled(reads)])
    expect(await found(directory, marked.markers)).toEqual({ count: 0, files: [] })
    await storage.close()
  })

  it('[DL2] what a crash or a fault kept from being cleaned is cleaned at the next start, or before the name is used', async () => {
    const directory = await directoryOfTest()
    const storage = await open(directory)
    const marked = new Marked(storage, randomOf(SEED))
    await marked.append(200)
    const refusal = await withFailing('compactRange', () => refusalOf(storage.erase('gone')))
    expect(refusal).toBe('io')
    expect(await refusalOf(storage.load('gone'))).toBe('removed')
    expect((await found(directory, marked.markers)).count).toBeGreaterThan(0)
    await withFailing('compactRange', async () => expect(await refusalOf(storage.create('gone'))).toBe('io'))
    await storage.close()
    expect(await withDatabase(directory, async (database) => (await entriesOf(database, KIND.purge)).length)).toBe(1)

    const again = await open(directory)
    // Waits for the cleaning, which deletes the very keys that are written here.
    await again.create('gone')
    const fresh = randomBytes(randomOf(SEED + 1), MARKER_BYTES)
    await again.append([{ name: 'gone', update: fresh, time: 0 }])
    expect(await found(directory, marked.markers)).toEqual({ count: 0, files: [] })
    expect((await again.load('gone'))?.tail[0]?.update).toEqual(fresh)
    await again.close()
    expect(await withDatabase(directory, async (database) => (await entriesOf(database, KIND.purge)).length)).toBe(0)
  })

  it('[DL2] erasing again finishes what failed; so does closing and opening', async () => {
    for (const how of ['erase', 'reopen'] as const) {
      const directory = await directoryOfTest()
      const storage = await open(directory)
      const marked = new Marked(storage, randomOf(SEED))
      await marked.append(50)
      await withFailing('compactRange', () => refusalOf(storage.erase('gone')))
      if (how === 'erase') await storage.erase('gone')
      await storage.close()
      // Closing waits for what opening began.
      if (how === 'reopen') await (await open(directory)).close()
      expect(await found(directory, marked.markers)).toEqual({ count: 0, files: [] })
    }
  })
})

/** Runs something while a method of the database fails. */
async function withFailing<T>(method: 'compactRange', body: () => Promise<T>): Promise<T> {
  const { prototype } = ClassicLevel
  const sound = prototype[method]
  prototype[method] = () => Promise.reject(new Error('the disk is gone'))
  const mend = (): void => void (prototype[method] = sound)
  onTestFinished(mend)
  try {
    return await body()
  } finally {
    mend()
  }
}
