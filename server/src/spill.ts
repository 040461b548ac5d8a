/**
 * Spill files: where a server that must stop while its disk fails leaves what it could not save.
 *
 * Owns: the places and names of these files, writing one, finding them, putting them away.
 * Does not own: their bytes (spill-format.ts), taking them in (spill-intake.ts).
 * Always holds: a file under its own name is whole and synced, and only its owner can read it; one that
 * somebody else put there is left alone. Nothing is ever overwritten.
 */
import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { decodeSpill, encodeSpill, type LogEntry, syncDirectory } from '@cowrite/persistence'
import type { Clock } from './clock.js'

const PREFIX = 'cowrite-spill-'
/** Of a file that is not whole yet. */
const UNFINISHED = '.part'
/** Of a file from which something could not be taken in; it is kept for people and not looked at again. */
const ASIDE = '.aside'
/** A place that takes longer than this to answer is given up, in milliseconds: its disk hangs. */
const PLACE_TIMEOUT_MS = 1_000

export interface SpillOptions {
  /** The data directory: the first place. */
  readonly data: string
  /** The second place; `auto` is a directory below the system's temporary one. */
  readonly spillDir: string
  readonly clock: Pick<Clock, 'after' | 'date'>
}

export class Spill {
  readonly #data: string
  readonly #elsewhere: string
  /** Whether anybody may have made the second place before us. */
  readonly #isShared: boolean
  /** Distinguishes servers that share the second place. */
  readonly #ofData: string
  readonly #clock: SpillOptions['clock']

  constructor({ data, spillDir, clock }: SpillOptions) {
    this.#data = resolve(data)
    this.#isShared = spillDir === 'auto'
    this.#elsewhere = spillDir === 'auto' ? join(tmpdir(), 'cowrite-spill') : resolve(spillDir)
    this.#ofData = `${PREFIX}${createHash('sha256').update(this.#data).digest('hex').slice(0, 16)}-`
    this.#clock = clock
  }

  /** @returns the file's path. @throws AggregateError when it could be written nowhere. */
  async write(entries: readonly LogEntry[]): Promise<string> {
    const moment = new Date(this.#clock.date()).toISOString().replace(/\W/g, '')
    const name = `${this.#ofData}${moment}-${randomBytes(4).toString('hex')}`
    const errors: unknown[] = []
    for (const directory of [this.#data, this.#elsewhere]) {
      try {
        const path = join(directory, name)
        if (directory === this.#elsewhere && this.#isShared) await makeOwn(directory)
        await this.#inTime(writeSynced(path, entries))
        return path
      } catch (error) {
        errors.push(error)
      }
    }
    throw new AggregateError(errors, `unsaved changes could be written neither to ${this.#data} nor to ${this.#elsewhere}`)
  }

  /** Paths of all files to be taken in, the oldest first. Places that are not there have none. */
  async find(): Promise<string[]> {
    const found: string[] = []
    for (const [directory, prefix] of [[this.#data, PREFIX], [this.#elsewhere, this.#ofData]] as const) {
      const names = await readdir(directory).catch(() => [])
      const whole = names.filter((name) => name.startsWith(prefix) && !name.endsWith(ASIDE) && !name.endsWith(UNFINISHED))
      found.push(...whole.toSorted().map((name) => join(directory, name)))
    }
    return [...new Set(found)]
  }

  /** @throws when it cannot be read, or is not this user's own. */
  async read(path: string): Promise<Uint8Array> {
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    try {
      const { uid } = await file.stat()
      // Anybody may write to the system's temporary directory, and must not write documents that way.
      if (process.getuid && uid !== process.getuid()) throw new Error(`${path} belongs to another user`)
      return await file.readFile()
    } finally {
      await file.close()
    }
  }

  /** Everything of it is saved. */
  async remove(path: string): Promise<void> {
    await rm(path, { force: true })
    await syncDirectory(dirname(path))
  }

  /** Something of it could not be taken in. @returns where it is now */
  async putAside(path: string): Promise<string> {
    await rename(path, path + ASIDE)
    await syncDirectory(dirname(path))
    return path + ASIDE
  }

  /** Takes what is of this document out of the files that were kept aside; damaged parts of such a file go with it. */
  async forget(document: string): Promise<void> {
    for (const [directory, prefix] of [[this.#data, PREFIX], [this.#elsewhere, this.#ofData]] as const) {
      const names = await readdir(directory).catch(() => [])
      for (const name of names.filter((each) => each.startsWith(prefix) && each.endsWith(ASIDE))) {
        const path = join(directory, name)
        const bytes = await this.read(path)
        if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(document)) continue
        const rest = decodeSpill(bytes).entries.filter((entry) => entry.name !== document)
        if (rest.length > 0) await writeSynced(path, rest)
        else await this.remove(path)
      }
    }
  }

  #inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(PLACE_TIMEOUT_MS, () => reject(new Error('the disk does not answer')))
      work.then(resolve, reject).finally(cancel)
    })
  }
}

/** @throws when it belongs to somebody else, who could then take away what is put there. */
async function makeOwn(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if (process.getuid && (await stat(directory)).uid !== process.getuid()) throw new Error(`${directory} belongs to another user`)
}

async function writeSynced(path: string, entries: readonly LogEntry[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const unfinished = path + UNFINISHED
  try {
    const file = await open(unfinished, 'wx', 0o600)
    try {
      // In one call that goes on until all is written: a full disk may take a part without an error.
      await file.writeFile(Buffer.concat([...encodeSpill(entries)]))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw error
  }
}
