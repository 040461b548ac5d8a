/**
 * A long session streamed into a server, edit by edit, and the data directory that comes of it.
 *
 * Owns: sending as fast as the socket takes it, knowing when all arrived, and keeping the directory for
 * the scenarios that need a document with a past.
 * Always holds: a directory that is handed out belongs to a server that ended; it is a copy.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../scenario.js'
import { until } from '../waiting.js'
import { Client } from './client.js'
import { dialectOf, UPDATE } from './dialect.js'
import { readTrace, type Trace } from './trace.js'
import { type Cost, measured } from './window.js'

/** The document that is streamed into. */
export const STREAMED = 'streamed'

const ARRIVAL_LIMIT_MS = 400_000
/** Edits written at once. */
const AT_ONCE = 64

export interface Streamed {
  readonly trace: Trace
  readonly cost: Cost
  /** Seconds until an observer had the last edit. */
  readonly seconds: number
  /** Resident bytes at the end. */
  readonly resident: number
  readonly diskBytes: number
}

/** Streams the session in, waits until the server has come to rest, stops it, and keeps its directory. */
export async function stream(bench: Bench, edits: number): Promise<Streamed> {
  const trace = readTrace(bench.shared, edits)
  const data = bench.newDirectory()
  const server = await bench.start({ data })
  const dialect = dialectOf(bench.server)
  let arrived = false
  const observer = new Client({ port: server.port, dialect, document: STREAMED, found: (token) => (arrived ||= token === 0) })
  const author = new Client({ port: server.port, dialect, document: STREAMED })
  await Promise.all([observer.whenSynced, author.whenSynced])
  await server.untilQuiet(3_000)
  let seconds = 0
  const cost = await measured(server, async () => {
    const start = performance.now()
    for (let i = 0; i < trace.updates.length; i += AT_ONCE) {
      let room = true
      author.together(() => {
        for (const update of trace.updates.slice(i, i + AT_ONCE)) room = author.sync(UPDATE, update)
      })
      if (!room) await Promise.race([author.whenDrained(), until(() => author.ended, ARRIVAL_LIMIT_MS, 100)])
      if (author.ended) throw new Error(`the server closed the author's connection after ${i} edits`)
    }
    if (!(await until(() => arrived, ARRIVAL_LIMIT_MS))) throw new Error('the last edit never arrived')
    seconds = (performance.now() - start) / 1000
    // Compaction and debounced stores are part of what an edit costs.
    await server.untilQuiet(60_000)
  })
  const resident = server.memory().resident
  observer.close()
  author.close()
  await server.untilQuiet(10_000)
  await server.stop()
  keep(bench, edits, data)
  return { trace, cost, seconds, resident, diskBytes: bytesBelow(data) }
}

const keptAs = (bench: Bench, edits: number): string => join(bench.shared, 'streamed', `${bench.server}-${edits}`)

function keep(bench: Bench, edits: number, data: string): void {
  const kept = keptAs(bench, edits)
  if (existsSync(kept)) return
  mkdirSync(join(kept, '..'), { recursive: true })
  cpSync(data, `${kept}.new`, { recursive: true })
  renameSync(`${kept}.new`, kept)
}

/** A directory of this server in which the session lies; streamed in first where no scenario did yet. */
export async function streamedDirectory(bench: Bench, edits: number): Promise<string> {
  if (!existsSync(keptAs(bench, edits))) await stream(bench, edits)
  const data = bench.newDirectory()
  cpSync(keptAs(bench, edits), data, { recursive: true })
  return data
}

function bytesBelow(directory: string): number {
  let bytes = 0
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    bytes += entry.isDirectory() ? bytesBelow(path) : statSync(path).size
  }
  return bytes
}
