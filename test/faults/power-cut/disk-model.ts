/**
 * A directory on a disk whose power may be cut at any moment.
 *
 * Owns: which names may be there after a cut, for three kinds of file systems, and writing what is there.
 * Does not own: what a file may hold (file-history.ts), how the calls were recorded (system-calls.ts), what must be there (../power-cut.test.ts).
 * Always holds: what was synced before the cut is there, byte for byte; what was written and not synced
 * may be there, missing, or there in part, by sectors and in any order, with zeros in between.
 *
 * Of names (creations, renames, removals) these are promised:
 *  - `journal` (ext4 in its default mode; XFS and btrfs in effect): in the order they were made, and files grow in the
 *    same order; a sync of any file or directory saves all that were made before;
 *  - `entry`: in no order; a sync of a file saves its own name, a sync of a directory all in it;
 *  - `posix`: in no order; nothing but a sync of the directory saves a name.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { contentAfter, type FileHistory, type Luck } from './file-history.js'
import type { Call } from './system-calls.js'

export type FileSystem = 'journal' | 'entry' | 'posix'

interface Inode extends FileHistory {
  readonly isDirectory: boolean
}

/** What a name stands for from now on; for nothing when `inode` is undefined. */
interface NameEntry {
  readonly directory: Inode
  readonly name: string
  readonly inode: Inode | undefined
}

/** One change of names: all of it is there or nothing. */
interface NameChange {
  readonly start: number
  readonly end: number
  readonly entries: readonly NameEntry[]
}

type Names = Map<Inode, Map<string, Inode>>

const newInode = (isDirectory: boolean, before: Uint8Array = new Uint8Array()): Inode => ({ isDirectory, before, writes: [], syncs: [] })

function namesIn(names: Names, directory: Inode): Map<string, Inode> {
  const known = names.get(directory) ?? new Map<string, Inode>()
  names.set(directory, known)
  return known
}

function enter(names: Names, { directory, name, inode }: NameEntry): void {
  if (inode) namesIn(names, directory).set(name, inode)
  else namesIn(names, directory).delete(name)
}

export class DiskModel {
  readonly #rootPath: string
  readonly #root = newInode(true)
  readonly #before: Names = new Map()
  readonly #changes: NameChange[] = []
  /** What stands for a file that was emptied: the name is there already. */
  readonly #emptyings = new Set<Inode>()
  readonly #syncs: { readonly start: number; readonly end: number }[] = []
  /** Places in the record right before and right after each sync ended. */
  readonly boundaries: number[] = []

  /**
   * @param directory where the recorded process worked; it is looked at no more
   * @param before what stood there before the record: path below the directory to content
   */
  constructor(directory: string, before: ReadonlyMap<string, Uint8Array>, calls: readonly Call[]) {
    this.#rootPath = directory
    this.#before.set(this.#root, new Map())
    for (const [path, content] of before) this.#place(path, newInode(false, content))
    this.#replay(calls)
  }

  #place(path: string, inode: Inode): void {
    let directory = this.#root
    const parts = path.split('/')
    for (const part of parts.slice(0, -1)) {
      const names = namesIn(this.#before, directory)
      directory = names.get(part) ?? newInode(true)
      names.set(part, directory)
    }
    namesIn(this.#before, directory).set(parts.at(-1) ?? '', inode)
  }

  #replay(calls: readonly Call[]): void {
    const names: Names = new Map([...this.#before].map(([inode, entries]) => [inode, new Map(entries)]))
    const open = new Map<number, { inode: Inode; at: number; append: boolean }>()
    const find = (path: string): Inode | undefined => {
      if (path === this.#rootPath) return this.#root
      let inode: Inode | undefined = this.#root
      for (const part of path.slice(this.#rootPath.length + 1).split('/')) inode = inode && names.get(inode)?.get(part)
      return inode
    }
    const change = ({ start, end }: Call, ...entries: (readonly [path: string, inode: Inode | undefined])[]): void => {
      const made = entries.map(([path, inode]) => {
        const directory = find(dirname(path))
        if (!directory) throw new Error(`no directory for ${path}`)
        const name = path.slice(path.lastIndexOf('/') + 1)
        enter(names, { directory, name, inode })
        return { directory, name, inode }
      })
      this.#changes.push({ start, end, entries: made })
    }
    for (const call of calls) {
      switch (call.kind) {
        case 'open': {
          let inode = find(call.path)
          // Emptying what an earlier cut left there is as good as a new file, but that it needs no directory.
          const isEmptied = inode !== undefined && call.truncate && (inode.writes.length > 0 || inode.before.length > 0)
          if (!inode || isEmptied) change(call, [call.path, (inode = newInode(false))])
          if (isEmptied) this.#emptyings.add(inode)
          open.set(call.descriptor, { inode, at: 0, append: call.append })
          break
        }
        case 'close':
          open.delete(call.descriptor)
          break
        case 'write': {
          const file = open.get(call.descriptor)
          if (!file) break
          if (file.append) throw new Error('appending by flag is not modelled')
          const offset = call.offset ?? file.at
          file.inode.writes.push({ start: call.start, end: call.end, offset, bytes: call.bytes })
          if (call.offset === undefined) file.at += call.bytes.length
          break
        }
        case 'sync': {
          const file = open.get(call.descriptor)
          if (!file || call.end === Infinity) break
          file.inode.syncs.push(call)
          this.#syncs.push(call)
          this.boundaries.push(call.end - 1, call.end)
          break
        }
        case 'rename':
          change(call, [call.from, undefined], [call.to, find(call.from)])
          break
        case 'link':
          change(call, [call.to, find(call.from)])
          break
        case 'unlink':
          change(call, [call.path, undefined])
          break
        case 'mkdir':
          if (call.path !== this.#rootPath) change(call, [call.path, newInode(true)])
          break
        case 'truncate':
          throw new Error('changing the length of a file is not modelled')
        case 'said':
      }
    }
  }

  /** The files, by path below the directory, as they may stand when the power goes at this place of the record. */
  cut(at: number, fileSystem: FileSystem, luck: Luck): Map<string, Uint8Array> {
    const { names, grownUntil } = this.#namesAfter(at, fileSystem, luck)
    const files = new Map<string, Uint8Array>()
    const contents = new Map<Inode, Uint8Array>()
    const visit = (directory: Inode, path: string): void => {
      for (const [name, inode] of names.get(directory) ?? []) {
        if (inode.isDirectory) visit(inode, `${path}${name}/`)
        else {
          const content = contents.get(inode) ?? contentAfter(inode, at, luck, grownUntil)
          contents.set(inode, content)
          files.set(path + name, content)
        }
      }
    }
    visit(this.#root, '')
    return files
  }

  #namesAfter(at: number, fileSystem: FileSystem, luck: Luck): { names: Names; grownUntil: number } {
    const names: Names = new Map([...this.#before].map(([inode, entries]) => [inode, new Map(entries)]))
    const begun = this.#changes.filter(({ start }) => start <= at)
    const kept = fileSystem === 'journal' ? this.#inOrder(begun, at, luck) : this.#inAnyOrder(begun, at, fileSystem, luck)
    for (const { entries } of kept) for (const entry of entries) enter(names, entry)
    return { names, grownUntil: fileSystem === 'journal' ? (begun[kept.length]?.start ?? Infinity) : Infinity }
  }

  #inOrder(begun: readonly NameChange[], at: number, luck: Luck): readonly NameChange[] {
    const lastSync = Math.max(-1, ...this.#syncs.flatMap(({ start, end }) => (end <= at ? [start] : [])))
    const safe = begun.findLastIndex(({ end }) => end < lastSync) + 1
    const more = begun.length - safe
    return begun.slice(0, safe + (luck === 'none' ? 0 : luck === 'all' ? more : Math.floor(luck() * (more + 1))))
  }

  #inAnyOrder(begun: readonly NameChange[], at: number, fileSystem: FileSystem, luck: Luck): readonly NameChange[] {
    const isSynced = (inode: Inode | undefined, after: number): boolean =>
      inode?.syncs.some(({ start, end }) => start > after && end <= at) ?? false
    return begun.filter(({ end, entries }) => {
      const byDirectory = entries.every(({ directory }) => isSynced(directory, end))
      const byFile = entries.some(({ inode }) =>
        inode?.isDirectory === false && (fileSystem === 'entry' || this.#emptyings.has(inode)) && isSynced(inode, end))
      return byDirectory || byFile || luck === 'all' || (luck !== 'none' && luck() < 0.5)
    })
  }
}

/** Writes files into a new directory. */
export function writeFiles(directory: string, files: ReadonlyMap<string, Uint8Array>): void {
  mkdirSync(directory, { recursive: true })
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
}
