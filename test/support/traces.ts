/**
 * Recorded editing sessions, and generated ones of the same shape where the recordings are not.
 *
 * Owns: finding and reading the recordings, and saying which of the two a test replays.
 * Does not own: replaying (test/traces), generating (generated-traces.ts).
 * Always holds: the recordings are no part of this repository: they are looked for in COWRITE_TRACES,
 * then in ../shared/data beside it.
 *
 * Format: https://github.com/josephg/editing-traces. Positions and lengths count Unicode code points
 * there and UTF-16 units in Yjs; `readTrace` refuses a text in which the two differ.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { generateConcurrentTrace, generateSequentialTrace } from './generated-traces.js'

/** At `position`, `deleted` characters go and then `inserted` comes. */
export type Patch = readonly [position: number, deleted: number, inserted: string]

/** One author's session. */
export interface SequentialTrace {
  readonly endContent: string
  readonly txns: readonly { readonly patches: readonly Patch[] }[]
}

/** Two authors: each edit stands in the document that its parents' histories make. */
export interface ConcurrentTrace {
  readonly endContent: string
  readonly txns: readonly {
    /** Indexes of the edits that this one's author had just before, all smaller than its own. */
    readonly parents: readonly number[]
    readonly agent: number
    readonly patches: readonly Patch[]
  }[]
}

const directories = [
  process.env['COWRITE_TRACES'],
  fileURLToPath(new URL('../../../shared/data', import.meta.url)),
].filter((directory) => directory !== undefined)

/** Where this recording is; undefined where it is not. */
const recordingOf = (name: string): string | undefined =>
  directories.map((directory) => join(directory, `${name}.json.gz`)).find((path) => existsSync(path))

/** For test titles: whether this is the recording or a generated session. */
export const sourceOf = (name: string): string =>
  recordingOf(name) === undefined ? `a generated session in place of the recording ${name}` : `the recording ${name}`

/** `friendsforever`: two authors at once, 26,078 edits. */
export const concurrentTrace = (): ConcurrentTrace =>
  readTrace<ConcurrentTrace>('friendsforever') ?? generateConcurrentTrace({ seed: 1, edits: 26_000 })

/** `automerge-paper`: one author, 259,778 edits. */
export const sequentialTrace = (): SequentialTrace =>
  readTrace<SequentialTrace>('automerge-paper') ?? generateSequentialTrace({ seed: 1, edits: 260_000 })

/** Characters that are one code point and two UTF-16 units. */
const BEYOND_BASIC_PLANE = /[\u{10000}-\u{10ffff}]/u

function readTrace<Trace extends SequentialTrace>(name: string): Trace | undefined {
  const path = recordingOf(name)
  if (path === undefined) return undefined
  const trace = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as Trace
  if (trace.txns.some(({ patches }) => patches.some(([, , inserted]) => BEYOND_BASIC_PLANE.test(inserted)))) {
    throw new Error(`${path}: characters beyond the basic plane need their positions counted in code points`)
  }
  return trace
}

/** For each edit: the last edit of the other author that its author had, or -1. */
export function othersKnown({ txns }: ConcurrentTrace): number[] {
  const known: [number, number][] = []
  return txns.map(({ parents, agent }, index) => {
    const latest: [number, number] = [-1, -1]
    for (const parent of parents) {
      const [first, second] = known[parent] ?? [-1, -1]
      latest[0] = Math.max(latest[0], first)
      latest[1] = Math.max(latest[1], second)
    }
    const other = latest[1 - agent] ?? -1
    latest[agent] = index
    known.push(latest)
    return other
  })
}
