/**
 * What a process did to the files below one directory, system call by system call.
 *
 * Owns: running a program under strace, and reading what strace wrote.
 * Does not own: what the calls mean for a disk (disk-model.ts).
 * Always holds: `start` and `end` are places in one order of all threads' calls: a call whose end comes
 * before another's start was over before that one began. A call on these files that the reader does not
 * know is an error, never passed over.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

interface When {
  readonly start: number
  /** Infinity when the process ended within the call. */
  readonly end: number
}

export type Call = When &
  (
    | { readonly kind: 'open'; readonly path: string; readonly descriptor: number; readonly create: boolean; readonly truncate: boolean; readonly append: boolean }
    | { readonly kind: 'close'; readonly descriptor: number }
    | { readonly kind: 'write'; readonly descriptor: number; readonly bytes: Uint8Array; readonly offset: number | undefined }
    | { readonly kind: 'sync'; readonly descriptor: number }
    | { readonly kind: 'truncate'; readonly descriptor: number; readonly length: number }
    | { readonly kind: 'rename'; readonly from: string; readonly to: string }
    | { readonly kind: 'link'; readonly from: string; readonly to: string }
    | { readonly kind: 'unlink'; readonly path: string }
    | { readonly kind: 'mkdir'; readonly path: string }
    /** A line that the process wrote to its standard output. */
    | { readonly kind: 'said'; readonly line: string }
  )

const TRACED =
  'open,openat,creat,close,write,writev,pwrite64,pwritev,pwritev2,sendfile,copy_file_range,ftruncate,truncate,fallocate,' +
  'fsync,fdatasync,sync_file_range,msync,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir'

/** Why system calls cannot be recorded on this machine; undefined when they can. */
export function whyNoSystemCalls(): string | undefined {
  if (process.platform !== 'linux') return 'system calls are recorded with strace, which is there on Linux only'
  const { error, status } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], { timeout: 20_000 })
  if (error) return 'strace is not installed (the package "strace" of the system)'
  return status === 0 ? undefined : 'strace may not trace processes here (a container without ptrace)'
}

/** Runs a Node script to its end and writes its system calls to `file`. */
export async function record(script: string, args: readonly string[], file: string): Promise<void> {
  // Strings in hexadecimal and whole; descriptors with the paths they stand for.
  const options = ['-f', '-y', '-xx', '-s', String(2 ** 28), '-o', file, '-e', `trace=${TRACED}`, '-e', 'signal=none']
  const child = spawn('strace', [...options, process.execPath, script, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  const errors: string[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${script} under strace ended with ${code}: ${errors.join('')}`)
}

/** The calls of a record on files at and below `directory` (absolute, without symbolic links), and what was said. */
export async function readCalls(file: string, directory: string): Promise<Call[]> {
  const calls: Call[] = []
  const open = new Map<string, { text: string; start: number }>()
  const inside = new Set<number>()
  const root = hexOf(directory)
  let place = 0
  for await (const line of createInterface({ input: createReadStream(file, 'latin1'), crlfDelay: Infinity })) {
    place++
    const gap = line.indexOf(' ')
    const pid = line.slice(0, gap)
    let text = line.slice(gap).trimStart()
    let start = place
    if (text.endsWith('<unfinished ...>')) {
      text = text.slice(0, -'<unfinished ...>'.length).trimEnd()
      // What begins counts from here on: a file that is being closed may give its number to another at once.
      if (text.startsWith('close(')) forget(text, place)
      else open.set(pid, { text, start: place })
      continue
    }
    if (text.startsWith('<... ')) {
      const begun = open.get(pid)
      open.delete(pid)
      if (!begun) continue
      start = begun.start
      text = begun.text + text.slice(text.indexOf(' resumed>') + ' resumed>'.length)
    }
    understand(text, start, place)
  }
  for (const { text, start } of open.values()) understand(`${text}) = ?`, start, Infinity)
  // A descriptor stands for its file from the end of the opening on: another thread may close the one before until then.
  const placeOf = (call: Call): number => (call.kind === 'open' ? call.end : call.start)
  return calls.toSorted((a, b) => placeOf(a) - placeOf(b))

  function forget(text: string, at: number): void {
    const descriptor = Number(/\((\d+)/.exec(text)?.[1])
    if (inside.delete(descriptor)) calls.push({ kind: 'close', descriptor, start: at, end: at })
  }

  function understand(text: string, start: number, end: number): void {
    const verb = text.slice(0, text.indexOf('('))
    const result = /\) += (-?\d+|\?)[^)]*(?:\([^)]*\))?$/.exec(text)
    if (!result || result[1]?.startsWith('-')) return
    const when = { start, end }
    if (verb === 'write' && /^write\(1</.test(text)) {
      for (const said of bytesIn(text).toString('latin1').split('\n')) if (said) calls.push({ kind: 'said', line: said, ...when })
      return
    }
    if (verb === 'close') return forget(text, start)
    if (!text.includes(root)) return
    const descriptor = Number(/^\w+\((\d+)/.exec(text)?.[1])
    switch (verb) {
      case 'openat':
      case 'open': {
        const flags = /O_[A-Z_|]+/.exec(text)?.[0] ?? ''
        const opened = Number(result[1])
        inside.add(opened)
        const [path] = pathsIn(text)
        calls.push({ kind: 'open', path: path ?? '', descriptor: opened, create: flags.includes('O_CREAT'), truncate: flags.includes('O_TRUNC'), append: flags.includes('O_APPEND'), ...when })
        return
      }
      case 'write':
      case 'pwrite64': {
        if (!inside.has(descriptor)) return
        const written = bytesIn(text)
        const count = result[1] === '?' ? written.length : Number(result[1])
        const offset = verb === 'pwrite64' ? Number(/, (\d+)\) += /.exec(text)?.[1]) : undefined
        calls.push({ kind: 'write', descriptor, bytes: written.subarray(0, count), offset, ...when })
        return
      }
      case 'fsync':
      case 'fdatasync':
        if (inside.has(descriptor)) calls.push({ kind: 'sync', descriptor, ...when })
        return
      case 'ftruncate':
        if (inside.has(descriptor)) calls.push({ kind: 'truncate', descriptor, length: Number(/, (\d+)\)/.exec(text)?.[1]), ...when })
        return
      case 'rename':
      case 'renameat':
      case 'renameat2':
      case 'link':
      case 'linkat': {
        const [from = '', to = ''] = pathsIn(text)
        calls.push({ kind: verb.startsWith('rename') ? 'rename' : 'link', from, to, ...when })
        return
      }
      case 'unlink':
      case 'unlinkat':
      case 'rmdir':
        calls.push({ kind: 'unlink', path: pathsIn(text)[0] ?? '', ...when })
        return
      case 'mkdir':
      case 'mkdirat':
        calls.push({ kind: 'mkdir', path: pathsIn(text)[0] ?? '', ...when })
        return
      default:
        throw new Error(`a system call that is not understood: ${text.slice(0, 200)}`)
    }
  }
}

const hexOf = (text: string): string => Buffer.from(text).toString('hex').replace(/../g, '\\x$&')

/** The first string of a call. */
function bytesIn(text: string): Buffer {
  const start = text.indexOf('"') + 1
  return Buffer.from(text.slice(start, text.indexOf('"', start)).replaceAll('\\x', ''), 'hex')
}

/** The strings among the arguments of a call, which are paths; those of descriptors stand in angle brackets. */
const pathsIn = (text: string): string[] =>
  [...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => Buffer.from(hex.replaceAll('\\x', ''), 'hex').toString())
