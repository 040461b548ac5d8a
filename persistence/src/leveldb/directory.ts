/**
 * A LevelDB directory as it lies there, without opening it.
 *
 * Owns: which files there are, which of them count, and whether one that must be there is missing.
 * Does not own: their content (table-file.ts, log-file.ts).
 * Always holds: reading changes nothing. LevelDB cannot open a directory without changing it: it writes the
 * logs into tables, makes a new MANIFEST, and deletes what the MANIFEST does not name.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Manifest, readManifest } from './manifest.js'

export interface LevelFile {
  readonly number: number
  readonly name: string
  readonly bytes: number
}

export interface LevelDirectory {
  readonly path: string
  /** All that lie there, also those that do not count. */
  readonly tables: readonly LevelFile[]
  readonly logs: readonly LevelFile[]
  /** Name of the file that CURRENT names. */
  readonly manifestName: string | undefined
  /** undefined when nothing says reliably which files count. */
  readonly manifest: Manifest | undefined
  /** Why it cannot be opened without losing something, as one sentence; undefined when it can. */
  readonly problem: string | undefined
}

export async function readLevelDirectory(path: string): Promise<LevelDirectory> {
  const names = await readdir(path)
  const tables = await filesOf(path, names, /^(\d{6,})\.(?:ldb|sst)$/)
  const logs = await filesOf(path, names, /^(\d{6,})\.log$/)
  const unreadable = (problem: string, manifestName?: string): LevelDirectory =>
    ({ path, tables, logs, manifestName, manifest: undefined, problem })
  if (!names.includes('CURRENT')) return unreadable('Its file CURRENT is missing.')
  const manifestName = /^(MANIFEST-\d{6,})\n$/.exec(await readFile(join(path, 'CURRENT'), 'latin1'))?.[1]
  if (manifestName === undefined) return unreadable('Its file CURRENT is damaged.')
  if (!names.includes(manifestName)) return unreadable(`Its file ${manifestName} is missing.`, manifestName)
  const manifest = readManifest(await readFile(join(path, manifestName)))
  if (manifest === undefined) return unreadable(`Its file ${manifestName} is damaged.`, manifestName)
  return { path, tables, logs, manifestName, manifest, problem: missingIn(manifest, manifestName, tables, logs) }
}

function missingIn(
  { tables: named, logNumber }: Manifest,
  manifestName: string,
  tables: readonly LevelFile[],
  logs: readonly LevelFile[],
): string | undefined {
  const there = new Set(tables.map(({ number }) => number))
  const gone = [...named.keys()].filter((number) => !there.has(number))
  const [first] = gone
  if (first !== undefined) {
    return `${gone.length} of its table files are missing (${nameOf(first)}.ldb), or ${manifestName} lost its end.`
  }
  // Number 0: no log was written yet.
  if (logNumber > 0 && !logs.some(({ number }) => number === logNumber)) {
    return `Its file ${nameOf(logNumber)}.log is missing, or ${manifestName} lost its end.`
  }
  return undefined
}

/** Those that count: with a MANIFEST what it names, without one all. */
export const liveTables = ({ tables, manifest }: LevelDirectory): readonly LevelFile[] =>
  manifest === undefined ? tables : tables.filter(({ number }) => manifest.tables.has(number))

/** In the order in which they were written. */
export const liveLogs = ({ logs, manifest }: LevelDirectory): readonly LevelFile[] =>
  logs.filter(({ number }) => manifest === undefined || number >= manifest.logNumber)

const nameOf = (number: number): string => String(number).padStart(6, '0')

async function filesOf(path: string, names: readonly string[], pattern: RegExp): Promise<LevelFile[]> {
  const files: LevelFile[] = []
  for (const name of names) {
    const number = Number(pattern.exec(name)?.[1])
    if (!Number.isSafeInteger(number)) continue
    files.push({ number, name, bytes: (await stat(join(path, name))).size })
  }
  return files.toSorted((a, b) => a.number - b.number)
}
