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

/** One line for each ratio that is too much worse than the committed one. */
export function regressions(baseline: Baseline, verdicts: readonly Verdict[]): string[] {
  return verdicts.filter(({ guarded, id }) => guarded && baseline[id] !== undefined).flatMap(({ id, text, value }) => {
    const committed = baseline[id] ?? 0
    if (value === undefined) return [`${id}: could not be measured (${text}; committed ${committed})`]
    if (value <= committed * TOLERANCE) return []
    return [`${id}: ${value.toPrecision(3)}, committed ${committed}, ${((value / committed - 1) * 100).toFixed(0)} % worse (${text})`]
  })
}
