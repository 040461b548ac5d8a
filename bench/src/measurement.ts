/**
 * One measurement, seen from the suite: a load process on its own core, and its figures.
 *
 * Owns: the child process, its time limit, and the median over repetitions.
 * Does not own: what is measured (load/main.ts).
 * Always holds: a measurement that fails or takes too long is a failure with a reason, not a figure.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { LOAD_CORE, nodeOnCore } from './pinning.js'
import type { Figures, Mode, ServerName } from './scenario.js'

export interface Job {
  readonly scenario: string
  readonly point: number
  readonly server: ServerName
  readonly mode: Mode
  /** Directory that lives as long as this run of the suite. */
  readonly shared: string
}

export type Outcome = { readonly figures: Figures } | { readonly failure: string }

const LIMIT_MS: Readonly<Record<Mode, number>> = { quick: 60_000, full: 900_000 }
/** Output of a load process that is kept for the reason of a failure, in characters. */
const KEPT_OUTPUT = 2_000

const loadFile = fileURLToPath(new URL('load/main.js', import.meta.url))

export function measure(job: Job): Promise<Outcome> {
  const { program, args } = nodeOnCore(LOAD_CORE, ['--max-old-space-size=8192', loadFile])
  const name = `${job.scenario}-${job.point}-${job.server}`
  const child = spawn(program, args, {
    env: { ...process.env, COWRITE_BENCH_NAME: name }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-KEPT_OUTPUT)))
  }
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({ failure: `not done after ${LIMIT_MS[job.mode] / 1000} s` })
      child.kill('SIGKILL')
    }, LIMIT_MS[job.mode])
    child.once('message', (outcome: Outcome) => resolve(outcome))
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ failure: `the load process ended (${code ?? signal}): ${output.trim()}` })
    })
    child.send(job)
  })
}

/** The median of each figure over the repetitions that have it. */
export function medians(all: readonly Figures[]): Figures {
  const keys = new Set(all.flatMap((figures) => Object.keys(figures)))
  return Object.fromEntries([...keys].map((key) => [key, median(all.map((figures) => figures[key]).filter((value) => value !== undefined))]))
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}
