/**
 * Running one scenario against all its servers.
 *
 * Owns: the order of measurements, repetitions, and the line printed for each.
 * Always holds: repetitions go round all servers, so that a slow minute of the machine does not fall on
 * one of them alone.
 */
import { measure, medians, type Outcome } from './measurement.js'
import type { Options } from './options.js'
import { describeMachine, describeVersions } from './report/machine.js'
import { serverName } from './report/markdown.js'
import type { Row, Section } from './report/results.js'
import type { Figures, Scenario, ServerName } from './scenario.js'

interface Cell {
  readonly point: number
  readonly server: ServerName
  readonly outcomes: Outcome[]
}

export async function runScenario(scenario: Scenario, options: Options, shared: string): Promise<Section> {
  const machine = describeMachine(shared)
  const points = scenario.points(options.mode)
  const repeats = options.repeats ?? scenario.repeats[options.mode]
  const servers = (options.mode === 'quick' ? scenario.quickServers : undefined) ?? scenario.servers
  const cells: Cell[] = points.flatMap((_, point) =>
    servers.filter((server) => options.servers.includes(server)).map((server) => ({ point, server, outcomes: [] })))
  process.stdout.write(`\n${scenario.title}\n`)
  for (let round = 0; round < repeats; round++) {
    for (const cell of cells) {
      const start = performance.now()
      const outcome = await measure({ scenario: scenario.name, mode: options.mode, shared, point: cell.point, server: cell.server })
      cell.outcomes.push(outcome)
      tell(scenario, points[cell.point]?.label ?? '', cell.server, outcome, (performance.now() - start) / 1000)
    }
  }
  const rows = cells.map((cell): Row => {
    const { label, load } = points[cell.point] ?? { label: '', load: 0 }
    return { server: cell.server, point: label, load, ...together(cell.outcomes) }
  })
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
  return { scenario: scenario.name, mode: options.mode, date, machine, versions: describeVersions(), repeats, rows }
}

function together(outcomes: readonly Outcome[]): { figures: Figures } | { failure: string } {
  const measured = outcomes.filter((outcome) => 'figures' in outcome)
  if (measured.length > 0) return { figures: medians(measured.map(({ figures }) => figures)) }
  const [first] = outcomes
  return { failure: first && 'failure' in first ? first.failure : 'not measured' }
}

function tell(scenario: Scenario, point: string, server: ServerName, outcome: Outcome, seconds: number): void {
  const what = `  ${serverName(server).padEnd(26)} ${point.padEnd(26)}`
  const told = 'failure' in outcome
    ? `fell over: ${outcome.failure}`
    : scenario.columns.filter(({ key }) => outcome.figures[key] !== undefined)
      .map(({ key, label, digits }) => `${label} ${outcome.figures[key]?.toFixed(digits)}`).join(', ')
  process.stdout.write(`${what} (${seconds.toFixed(0)} s) ${told}\n`)
}
