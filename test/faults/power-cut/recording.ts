/**
 * A storage's work, recorded; and what a cut of the power leaves of it, opened.
 *
 * Owns: running the child, the directories of a cut, reading the contents of what was opened.
 * Does not own: the record (system-calls.ts), what a disk may hold (disk-model.ts), what must be there
 * (told-operations.ts).
 */
import { accessSync, constants, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LevelStorage, repairDirectory, type Storage, StorageError } from '@cowrite/persistence'
import { RecordCheck } from '../../../persistence/dist/record-check.js'
import { DiskModel, type FileSystem, writeFiles } from './disk-model.js'
import type { Luck } from './file-history.js'
import { type Call, readCalls, record } from './system-calls.js'
import { type Contents, ToldOperations } from './told-operations.js'

export interface Work {
  readonly directory: string
  readonly calls: readonly Call[]
  readonly disk: DiskModel
  readonly told: ToldOperations
}

export interface WorkOptions {
  readonly durability: 'fsync' | 'os'
  readonly seed: number
  readonly operations: number
  /** The files that it finds, and what they hold; by default none. */
  readonly files?: ReadonlyMap<string, Uint8Array>
  readonly contents?: Contents
}

const script = fileURLToPath(new URL('child-recorded.mjs', import.meta.url))

/** A new directory, in memory where the system has such a place: what counts is the model's disk, not this one. */
function newPlace(): string {
  let base = tmpdir()
  try {
    accessSync('/dev/shm', constants.W_OK)
    base = '/dev/shm'
  } catch {
    // Only Linux has it, and not everywhere.
  }
  return realpathSync(mkdtempSync(join(base, 'cowrite-cut-')))
}

/** Lets the child work in a directory that holds these files, and records it. */
export async function recordWork({ durability, seed, operations, files = new Map(), contents = new Map() }: WorkOptions): Promise<Work> {
  const place = newPlace()
  try {
    const directory = join(place, 'data')
    if (files.size > 0) writeFiles(directory, files)
    const file = join(place, 'calls')
    const first = 1 + Math.max(0, ...[...contents.values()].flat())
    await record(script, [directory, durability, String(seed), String(operations), String(first)], file)
    const calls = await readCalls(file, directory)
    return { directory, calls, disk: new DiskModel(directory, files, calls), told: new ToldOperations(calls, contents) }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

export interface Cut {
  /** The place in the record. */
  readonly at: number
  readonly fileSystem: FileSystem
  readonly luck: Luck
}

export interface Outcome {
  /** What is wrong, if anything is. */
  readonly fault: string | undefined
  /** Whether the directory was refused, and had to be repaired. */
  readonly wasRefused: boolean
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly contents: Contents
}

/** Opens what a cut left, looks at it, and writes to it. */
export async function openAfter({ disk, told }: Pick<Work, 'disk' | 'told'>, { at, fileSystem, luck }: Cut): Promise<Outcome> {
  const files = disk.cut(at, fileSystem, luck)
  const place = newPlace()
  const of = `${fileSystem}, cut at ${at}${told.isOpening(at) ? ' while opening' : ''}, luck ${typeof luck === 'string' ? luck : 'by chance'}`
  const outcome = (wrong: string | undefined, contents: Contents = new Map(), wasRefused = false): Outcome =>
    ({ fault: wrong === undefined ? undefined : `${of}: ${wrong}`, wasRefused, files, contents })
  try {
    const data = join(place, 'data')
    writeFiles(data, files)
    try {
      const { contents, damage } = await readAndWrite(data)
      return outcome(told.fault(contents, at) ?? (damage.length > 0 ? `damage was found: ${JSON.stringify(damage)}` : undefined), contents)
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'damaged') return outcome(`it does not open: ${String(error)}`)
      await repairDirectory(data, join(place, 'repaired'))
      const { contents } = await readAndWrite(join(place, 'repaired'))
      const loss = told.loss(contents, at)
      return outcome(loss && `repaired after ${error.message}, ${loss}`, contents, true)
    }
  } catch (error) {
    return outcome(`it cannot be repaired: ${String(error)}`, undefined, true)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

async function readAndWrite(directory: string): Promise<{ contents: Contents; damage: readonly unknown[] }> {
  const damage: unknown[] = []
  const storage = await LevelStorage.open(directory, { durability: 'fsync', history: 'keep', onDamage: (report) => damage.push(report) })
  try {
    const contents = await contentsOf(storage)
    // Of the history, which a load does not look at, nothing may be missing in the middle. Its updates are none of Yjs.
    const check = new RecordCheck()
    for await (const records of storage.records()) for (const [key, value] of records) check.take(key, value)
    check.finish()
    damage.push(...check.findings.filter(({ kind }) => kind === 'gap'))
    await storage.append([{ name: 'after the cut', update: new Uint8Array(4), time: 0 }])
    return { contents, damage }
  } finally {
    await storage.close()
  }
}

/** What a storage holds: of each document the numbers that its snapshot stands for, then those of the tail. */
async function contentsOf(storage: Storage): Promise<Contents> {
  const contents = new Map<string, number[]>()
  for (const name of await storage.list({ limit: 100 })) {
    const document = await storage.load(name)
    const covered = Buffer.from(document?.snapshot?.update ?? [])
    const ids = Array.from({ length: covered.length / 4 }, (_, index) => covered.readUInt32BE(index * 4))
    contents.set(name, [...ids, ...(document?.tail ?? []).map(({ update }) => Buffer.from(update).readUInt32BE(0))])
  }
  return contents
}
