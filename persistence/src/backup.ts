/**
 * Backing up a database that is in use: one moment of it, as one more part of a backup directory.
 *
 * Owns: what a part holds, and that the parts of a directory are of one database.
 * Does not own: the format (backup-frames.ts), merging parts (backup-parts.ts), when it is done.
 * Always holds:
 *  - the part is exactly the difference between what the parts before it amount to and the database at one
 *    moment, found by comparing every record, so a backup also reads every earlier part and proves it sound;
 *  - an interrupted backup leaves the parts before it as they were, and nothing that counts as a part;
 *  - records are copied as they are, damaged ones too: what is put aside or repaired later is in the backup.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { changeBytes, endBytes, headerBytes, type PartHeader } from './backup-frames.js'
import { Chain, type Kept, PART_PREFIX, partNumbers, partPath } from './backup-parts.js'
import { BACKUP_FILES_FOLDER, copyFiles } from './copy-files.js'
import { DurableFile, removePartials } from './durable-files.js'
import { FORMAT_KEY, Kind } from './keys.js'
import { standingOfHead } from './level-count.js'
import type { Database } from './level-engine.js'
import { type Entry, scan, type ScanOptions } from './level-scan.js'
import type { LevelStorage } from './level-storage.js'
import { OperatorError } from './operator-error.js'
import { DamagedRecord, openFormat, unseal } from './records.js'

export interface BackupOptions extends ScanOptions {
  /** Everything once more, whatever is there. The parts before it are no longer needed then, and stay. */
  readonly full?: boolean | undefined
  /** The folder with the pictures and other files of the documents; they are copied, too. */
  readonly files?: string | undefined
}

export interface BackupReport {
  /** Number of the part that was written; of the last one there when nothing had changed. */
  readonly part: number
  /** Whether it stands by itself. */
  readonly full: boolean
  /** Records new or changed, and records gone, since the last backup here. */
  readonly puts: number
  readonly deletes: number
  /** Bytes of the part; 0 when nothing had changed and none was written. */
  readonly bytesWritten: number
  /** Records that the backup amounts to now. */
  readonly records: number
  /** Of these; removed ones that can come back among them. */
  readonly documents: number
  /** Records and files whose checksum does not fit. They were copied as they are. */
  readonly damaged: number
  /** Files copied that were not in the backup before. */
  readonly files: number
}

/**
 * @throws OperatorError `exists` when the directory holds something else than backups of this database,
 *   `damaged` when a part that is there cannot be read, and what the system says when it cannot be written
 */
export function backup(storage: LevelStorage, directory: string, options: BackupOptions = {}): Promise<BackupReport> {
  return storage.reading(async (database) => {
    await prepare(directory)
    const id = openFormat(FORMAT_KEY, (await database.get(FORMAT_KEY)) ?? new Uint8Array()).id
    const part = ((await partNumbers(directory)).at(-1) ?? 0) + 1
    const before = options.full ? undefined : await Chain.open(directory)
    try {
      if (before && before.last.database !== id) throw ofAnother(directory)
      const base = before ? { base: before.last.id } : {}
      const header: PartHeader = { format: 1, database: id, part, id: randomUUID(), ...base, time: Date.now() }
      const report = await writePart(database, directory, options, header, before)
      // After the documents: whatever one of them shows was there before it.
      const { copied, damaged } = options.files === undefined
        ? { copied: 0, damaged: 0 }
        : await copyFiles(options.files, join(directory, BACKUP_FILES_FOLDER), options.signal)
      return { ...report, files: copied, damaged: report.damaged + damaged }
    } finally {
      await before?.close()
    }
  })
}

/** Makes the directory, and sees to it that there is nothing else in it. */
async function prepare(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await removePartials(directory, PART_PREFIX)
  const strange = (await readdir(directory)).find((entry) => !entry.startsWith(PART_PREFIX) && entry !== 'lost+found')
  if (strange === undefined) return
  throw new OperatorError('exists', `${directory} holds other things than backups ('${strange}'). Choose another directory.`)
}

async function writePart(
  database: Database,
  directory: string,
  options: BackupOptions,
  header: PartHeader,
  before: Chain | undefined,
): Promise<Omit<BackupReport, 'files'>> {
  const file = await DurableFile.create(partPath(directory, header.part))
  const moment = database.snapshot()
  const count = { puts: 0, deletes: 0, records: 0, bytes: 0, documents: 0, damaged: 0 }
  try {
    await file.write(headerBytes(header))
    const former = new Walk(before?.records())
    for await (const entries of scan(database, moment, options)) {
      for (const [key, value] of entries) {
        if (key[0] === Kind.probe) continue
        await former.reach(key, async (gone) => {
          count.deletes++
          await file.write(changeBytes({ key: gone, value: undefined }))
        })
        tally(count, [key, value])
        if (former.has(key, value)) continue
        count.puts++
        await file.write(changeBytes({ key, value }))
      }
    }
    await former.reach(undefined, async (gone) => {
      count.deletes++
      await file.write(changeBytes({ key: gone, value: undefined }))
    })
    const { puts, deletes, records, bytes, documents, damaged } = count
    const result = { part: header.part, full: header.base === undefined, puts, deletes, records, documents, damaged }
    if (before && puts + deletes === 0) {
      await file.discard()
      return { ...result, part: before.last.part, full: before.headers.length === 1, bytesWritten: 0 }
    }
    await file.write(endBytes({ puts, deletes, records, bytes }))
    await file.publish()
    return { ...result, bytesWritten: file.bytes }
  } catch (error) {
    await file.discard()
    throw error
  } finally {
    await moment.close()
  }
}

function tally(count: { records: number; bytes: number; documents: number; damaged: number }, [key, value]: Entry): void {
  count.records++
  count.bytes += key.length + value.length
  if (key[0] === Kind.head && standingOfHead(key, value) !== 'erased') count.documents++
  try {
    unseal(key, value)
  } catch (error) {
    if (!(error instanceof DamagedRecord)) throw error
    count.damaged++
  }
}

/** Goes through the former records beside the present ones. */
class Walk {
  readonly #source: AsyncGenerator<Kept[]> | undefined
  #chunk: readonly Kept[] = []
  #at = 0

  constructor(source: AsyncGenerator<Kept[]> | undefined) {
    this.#source = source
  }

  /** Moves on to the first record at or behind `key` (the end without one), telling of each that is passed unseen. */
  async reach(key: Uint8Array | undefined, onPassed: (key: Uint8Array) => Promise<void>): Promise<void> {
    for (;;) {
      if (this.#at >= this.#chunk.length) {
        const next = await this.#source?.next()
        if (next === undefined || next.done) return
        this.#chunk = next.value
        this.#at = 0
      }
      const former = this.#chunk[this.#at]
      if (former === undefined) continue
      if (key !== undefined && Buffer.compare(former.key, key) >= 0) return
      this.#at++
      await onPassed(former.key)
    }
  }

  /** Whether the record that was reached is this one; it is passed if it has this key. */
  has(key: Uint8Array, value: Uint8Array): boolean {
    const former = this.#chunk[this.#at]
    if (former === undefined || Buffer.compare(former.key, key) !== 0) return false
    this.#at++
    return Buffer.compare(former.value, value) === 0
  }
}

const ofAnother = (directory: string): OperatorError =>
  new OperatorError(
    'exists',
    `${directory} holds backups of another database. Choose another directory, or make a full backup here.`,
  )
