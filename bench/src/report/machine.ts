/**
 * Where and with what a run was made.
 *
 * Owns: the words for the machine and the versions.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
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

export function describeMachine(): string {
  const gigabytes = Math.round(totalmem() / 1e9)
  const cores = pinning
    ? `server on core ${SERVER_CORE}, load generator on core ${LOAD_CORE}`
    : 'server and load generator NOT pinned to cores of their own (no taskset, or one core)'
  return `${availableParallelism()} x ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${gigabytes} GB, Linux ${release()}; ${cores}; ` +
    `load average ${loadavg().map((load) => load.toFixed(1)).join(', ')} before the scenario`
}

export const describeVersions = (): string =>
  `Node ${process.versions.node}. Cowrite ${versionOf('@cowrite/server')} with its default settings (durability \`fsync\`, history kept); ` +
  `Hocuspocus ${versionOf('@hocuspocus/server')} with its database extension over classic-level ${versionOf('classic-level')}, default debounce; ` +
  `y-websocket ${versionOf('y-websocket-v2')}'s server with y-leveldb ${versionOf('y-leveldb')}; a blind relay over ws ${versionOf('ws')}. ` +
  `yjs ${versionOf('yjs')}. Long sessions: ${traceSource()}.`
