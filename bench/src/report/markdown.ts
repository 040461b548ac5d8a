/**
 * RESULTS.md: for each scenario what was predicted, what was asked, what was measured, what came of it.
 *
 * Owns: the page. Does not own: the figures (results.ts), the pictures (plot.ts).
 * Always holds: every number on the page is one that a run measured; what was not measured is a dash.
 */
import type { Column, Scenario } from '../scenario.js'
import { type Results, type Row, type Section, type Verdict, verdictsOf } from './results.js'

const NAMES: Readonly<Record<Row['server'], string>> = {
  cowrite: 'Cowrite',
  'cowrite-no-history': 'Cowrite, `--history none`',
  hocuspocus: 'Hocuspocus',
  'y-websocket': 'y-websocket + y-leveldb',
  blind: 'blind relay',
}

export const serverName = (server: Row['server']): string => NAMES[server]

const number = (value: number | undefined | null, digits: number): string =>
  value === undefined || value === null || !Number.isFinite(value)
    ? '–'
    : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function figures({ rows }: Section, columns: readonly Column[]): string[] {
  const points = new Set(rows.map((row) => row.point))
  const byPoint = points.size > 1
  const shown = columns.filter(({ key }) => rows.some((row) => Number.isFinite(row.figures?.[key])))
  const head = [...(byPoint ? ['load'] : []), 'server', ...shown.map((column) => column.label)]
  return [
    line(head),
    line(head.map((_, i) => (i < (byPoint ? 2 : 1) ? '---' : '--:'))),
    ...rows.map((row) => line([
      ...(byPoint ? [row.point] : []),
      serverName(row.server),
      ...(row.figures
        ? shown.map(({ key, digits }) => number(row.figures?.[key], digits))
        : [`fell over: ${(row.failure ?? 'no reason').replace(/[\n|]+/g, ' ').slice(0, 200)}`, ...shown.slice(1).map(() => '–')]),
    ])),
  ]
}

/** Cowrite against each peer, by the first column that both have. */
function comparisons(section: Section, columns: readonly Column[]): string[] {
  const lines: string[] = []
  for (const point of new Set(section.rows.map((row) => row.point))) {
    const rows = section.rows.filter((row) => row.point === point)
    const ours = rows.find((row) => row.server === 'cowrite')?.figures
    const key = columns.find((column) => Number.isFinite(ours?.[column.key]))?.key
    if (ours === undefined || key === undefined) continue
    const ratios = rows.filter((row) => row.server !== 'cowrite' && (row.figures?.[key] ?? 0) > 0)
      .map((row) => `${number((ours[key] ?? NaN) / (row.figures?.[key] ?? NaN), 2)} x ${serverName(row.server)}`)
    if (ratios.length > 0) lines.push(`${columns.find((column) => column.key === key)?.label}, ${point}: ${ratios.join(', ')}.`)
  }
  return lines.length === 0 ? [] : [`Cowrite against the others. ${lines.join(' ')}`]
}

export const verdictText = ({ reached }: Verdict): string =>
  reached === undefined ? 'not judged' : reached ? 'reached' : '**not reached**'

function verdicts(scenario: Scenario, section: Section): string[] {
  return [
    line(['aim', 'at most', 'measured', 'verdict']),
    line(['---', '--:', '--:', '---']),
    ...verdictsOf(scenario, section).map((verdict) =>
      line([verdict.text, String(verdict.atMost), number(verdict.value, digitsFor(verdict.value)), verdictText(verdict)])),
  ]
}

const digitsFor = (value: number | undefined): number => (value === undefined || value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 3)

function sectionText(scenario: Scenario, section: Section, plots: readonly string[]): string {
  return [
    `## ${scenario.title}`,
    `\`${section.scenario}\`, ${section.mode} run of ${section.date}, ${section.repeats === 1 ? 'one measurement' : `median of ${section.repeats}`}, on ${section.machine}.`,
    `**Predicted.** ${scenario.prediction}`,
    `**Done.** ${scenario.notes}`,
    figures(section, scenario.columns).join('\n'),
    ...comparisons(section, scenario.columns),
    verdicts(scenario, section).join('\n'),
    ...plots.map((file) => `![${file}](plots/${file})`),
  ].join('\n\n')
}

function summary(scenarios: readonly Scenario[], results: Results): string {
  const rows = scenarios.flatMap((scenario) => {
    const section = results[scenario.name]
    if (section === undefined) return [line([scenario.title, '–', '–', 'not run'])]
    const all = verdictsOf(scenario, section)
    const missed = all.filter(({ reached }) => reached === false).map(({ text }) => text)
    return [line([scenario.title, section.mode, `${all.filter(({ reached }) => reached === true).length} of ${all.length}`, missed.join('; ') || '–'])]
  })
  return [line(['scenario', 'run', 'aims reached', 'not reached']), line(['---', '---', '--:', '---']), ...rows].join('\n')
}

/** @param plots file names of the pictures by scenario */
export function page(scenarios: readonly Scenario[], results: Results, plots: ReadonlyMap<string, readonly string[]>): string {
  const versions = Object.values(results).map((section) => section.versions).at(-1) ?? ''
  return [
    '# Results',
    'Written by `npm run bench`; [README.md](README.md) says what is measured and how. Lower is better in every column but `delivered` and `edits/s`.',
    versions,
    summary(scenarios, results),
    ...scenarios.flatMap((scenario) => {
      const section = results[scenario.name]
      return section === undefined ? [] : [sectionText(scenario, section, plots.get(scenario.name) ?? [])]
    }),
    '',
  ].join('\n\n')
}
