/**
 * The regression guard: ratios of a quick run against the committed ones.
 *
 * Owns: baseline.json and the comparison.
 * Always holds: only guarded aims are compared (ratios to a peer of the same run); one that could not be
 * measured although it once was is a failure, too.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Verdict } from './results.js'

export type Baseline = Readonly<Record<string, number>>

/** How much worse than the committed value is too much. */
const TOLERANCE = 1.25

export const readBaseline = (path: string): Baseline =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Baseline) : {}

export function writeBaseline(path: string, old: Baseline, verdicts: readonly Verdict[]): void {
  const measured = verdicts.filter(({ guarded, value }) => guarded && value !== undefined)
    .map(({ id, value }) => [id, Number((value ?? 0).toPrecision(4))] as const)
  const all = Object.entries({ ...old, ...Object.fromEntries(measured) }).toSorted(([a], [b]) => (a < b ? -1 : 1))
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`)
}

export interface Regression {
  readonly id: string
  /** One line that says it. */
  readonly text: string
}

/** The ratios that are too much worse than the committed ones. */
export function regressions(baseline: Baseline, verdicts: readonly Verdict[]): Regression[] {
  return verdicts.flatMap(({ guarded, id, text, value }): Regression[] => {
    const committed = baseline[id]
    if (!guarded || committed === undefined) return []
    if (value === undefined) return [{ id, text: `${id}: could not be measured (${text}; committed ${committed})` }]
    if (value <= committed * TOLERANCE) return []
    const more = ((value / committed - 1) * 100).toFixed(0)
    return [{ id, text: `${id}: ${value.toPrecision(3)}, committed ${committed}, ${more} % worse (${text})` }]
  })
}
