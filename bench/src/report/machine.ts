/**
 * Where and with what a run was made.
 *
 * Owns: the words for the machine and the versions.
 */
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { LOAD_CORE, pinning, SERVER_CORE } from '../pinning.js'
import { traceSource } from '../load/trace.js'

const require = createRequire(import.meta.url)

/** Packages that do not export their manifest are found by their entry. */
function versionOf(name: string): string {
  const paths = require.resolve.paths(name) ?? []
  for (const path of paths) {
    try {
      return (JSON.parse(readFileSync(`${path}/${name}/package.json`, 'utf8')) as { version: string }).version
    } catch {
      continue
    }
  }
  return 'unknown'
}

const PROBES = 200

/** How long the disk below this directory takes to sync 4 kB, in milliseconds: median and 99th percentile. */
function probeDisk(directory: string): { p50: number; p99: number } {
  const path = join(directory, 'probe')
  const file = openSync(path, 'w')
  const block = Buffer.alloc(4096)
  const times = Array.from({ length: PROBES }, () => {
    const start = performance.now()
    writeSync(file, block)
    fdatasyncSync(file)
    return performance.now() - start
  }).toSorted((a, b) => a - b)
  closeSync(file)
  rmSync(path)
  return { p50: times[PROBES / 2] ?? NaN, p99: times[Math.floor(PROBES * 0.99)] ?? NaN }
}

/** @param directory where the data directories of the servers will be */
export function describeMachine(directory: string): string {
  const disk = probeDisk(directory)
  const gigabytes = Math.round(totalmem() / 1e9)
  const cores = pinning
    ? `server on core ${SERVER_CORE}, load generator on core ${LOAD_CORE}`
    : 'server and load generator NOT pinned to cores of their own (no taskset, or one core)'
  return `${availableParallelism()} x ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${gigabytes} GB, Linux ${release()}; ${cores}; ` +
    `load average ${loadavg().map((load) => load.toFixed(1)).join(', ')} before the scenario; ` +
    `an fdatasync of 4 kB takes ${disk.p50.toFixed(2)} ms (p99 ${disk.p99.toFixed(2)})`
}

export const describeVersions = (): string =>
  `Node ${process.versions.node}. Cowrite ${versionOf('@cowrite/server')} with its default settings (durability \`fsync\`, history kept); ` +
  `Hocuspocus ${versionOf('@hocuspocus/server')} with its database extension over classic-level ${versionOf('classic-level')}, default debounce; ` +
  `y-websocket ${versionOf('y-websocket-v2')}'s server with y-leveldb ${versionOf('y-leveldb')}; a blind relay over ws ${versionOf('ws')}. ` +
  `yjs ${versionOf('yjs')}. Long sessions: ${traceSource()}.`
