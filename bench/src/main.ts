/**
 * The suite: runs what the command line asks for, and writes results, plots and baseline, or checks.
 *
 * Owns: the order of it all and the files in bench/.
 * Does not own: any measurement (run.ts, load/).
 * Always holds: `--check` and `--dry` write nothing; a run that is cut short has written the scenarios it finished.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { proveTypists } from './load/typist.js'
import { type Options, readOptions } from './options.js'
import { pinning } from './pinning.js'
import { readBaseline, regressions, writeBaseline } from './report/baseline.js'
import { page, serverName, verdictText } from './report/markdown.js'
import { draw } from './report/plot.js'
import { readResults, type Results, type Section, type Verdict, verdictsOf, writeResults } from './report/results.js'
import { runScenario } from './run.js'
import type { Scenario } from './scenario.js'
import { scenarios } from './scenarios/index.js'

const fileInBench = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
const RESULTS = fileInBench('results.json')
const BASELINE = fileInBench('baseline.json')

/** @returns the exit code: 1 when `--check` found something worse, or nothing could be measured */
export async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, scenarios.map(({ name }) => name))
  proveTypists()
  if (!pinning) process.stdout.write('Server and load generator cannot be pinned to cores of their own: figures will waver.\n')
  const chosen = scenarios.filter(({ name, points }) =>
    (options.only.length === 0 || options.only.includes(name)) && points(options.mode).length > 0)
  const shared = mkdtempSync(join(tmpdir(), 'cowrite-bench-'))
  const tidy = (): void => rmSync(shared, { recursive: true, force: true, maxRetries: 3 })
  // Ctrl+C: load processes and servers end by themselves when they lose us.
  process.once('SIGINT', () => {
    tidy()
    process.exit(130)
  })
  const started = performance.now()
  const verdicts: Verdict[] = []
  const worse: string[] = []
  let results = readResults(RESULTS)
  try {
    for (const scenario of chosen) {
      const section = await runScenario(scenario, options, shared)
      verdicts.push(...verdictsOf(scenario, section))
      results = { ...results, [scenario.name]: section }
      if (options.check) worse.push(...await worseThanCommitted(scenario, section, options, shared))
      else if (!options.dry) write(results)
    }
  } finally {
    tidy()
  }
  process.stdout.write(`\n${chosen.length} scenarios in ${((performance.now() - started) / 1000).toFixed(0)} s\n`)
  for (const verdict of verdicts) {
    process.stdout.write(`  ${verdictText(verdict).padEnd(16)} ${verdict.id}: ${verdict.value?.toPrecision(3) ?? '-'} (${verdict.text})\n`)
  }
  if (options.check) return judge(worse)
  if (options.mode === 'quick' && !options.dry) writeBaseline(BASELINE, readBaseline(BASELINE), verdicts)
  return verdicts.some(({ value }) => value !== undefined) ? 0 : 1
}

/** What is worse than committed, twice: a scenario that looks worse is measured again before it counts. */
async function worseThanCommitted(scenario: Scenario, section: Section, options: Options, shared: string): Promise<string[]> {
  const baseline = readBaseline(BASELINE)
  const first = regressions(baseline, verdictsOf(scenario, section))
  if (first.length === 0) return []
  const again = regressions(baseline, verdictsOf(scenario, await runScenario(scenario, options, shared)))
  return again.filter(({ id }) => first.some((other) => other.id === id)).map(({ text }) => text)
}

function judge(worse: readonly string[]): number {
  process.stdout.write(worse.length === 0 ? '\nNo ratio is more than 25 % worse than the committed one.\n' : `\nWorse:\n${worse.join('\n')}\n`)
  return worse.length === 0 ? 0 : 1
}

function write(results: Results): void {
  writeResults(RESULTS, results)
  const plots = new Map<string, string[]>()
  mkdirSync(fileInBench('plots'), { recursive: true })
  for (const scenario of scenarios) {
    const section = results[scenario.name]
    if (section) plots.set(scenario.name, drawPlots(scenario, section))
  }
  writeFileSync(fileInBench('RESULTS.md'), page(scenarios, results, plots))
}

function drawPlots(scenario: Scenario, section: Section): string[] {
  return scenario.plots.flatMap(({ key, title, xLabel, yLabel }) => {
    const lines = scenario.servers.map((server) => ({
      name: serverName(server),
      points: section.rows.filter((row) => row.server === server).map((row) => [row.load, row.figures?.[key] ?? NaN] as const),
    }))
    const picture = draw({ title, xLabel, yLabel, lines })
    if (picture === undefined) return []
    const file = `${scenario.name}-${key}.svg`
    writeFileSync(join(fileInBench('plots'), file), picture)
    return [file]
  })
}
