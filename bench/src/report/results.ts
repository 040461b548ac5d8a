/**
 * What was measured, as it is kept in results.json.
 *
 * Owns: the shape of the file, reading and writing it, and looking figures up.
 * Does not own: how it is shown (markdown.ts, plot.ts).
 * Always holds: a run replaces the sections of the scenarios that it ran and leaves the others, so each
 * section tells its own date, mode and machine.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Figures, Mode, Scenario, ServerName, Table } from '../scenario.js'

export interface Row {
  readonly server: ServerName
  readonly point: string
  readonly load: number
  /** Medians; undefined when every repetition failed. */
  readonly figures?: Figures
  /** Why there are none. */
  readonly failure?: string
}

export interface Section {
  readonly scenario: string
  readonly mode: Mode
  readonly date: string
  readonly machine: string
  readonly versions: string
  readonly repeats: number
  readonly rows: readonly Row[]
}

export type Results = Readonly<Record<string, Section>>

export const readResults = (path: string): Results =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : {}

/** Figures to five digits: more is noise and makes every run a change of every line. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value

export const writeResults = (path: string, results: Results): void =>
  writeFileSync(path, `${JSON.stringify(results, rounded, 1)}\n`)

export function tableOf({ rows }: Section): Table {
  return {
    figure: (server, key, point) => {
      const figure = rows.find((row) => row.server === server && (point === undefined || row.point === point))?.figures?.[key]
      return figure === undefined || figure === null || Number.isNaN(figure) ? undefined : figure
    },
  }
}

export interface Verdict {
  readonly id: string
  readonly text: string
  readonly atMost: number
  readonly value: number | undefined
  /** undefined when it could not be judged. */
  readonly reached: boolean | undefined
  readonly guarded: boolean
}

export const verdictsOf = (scenario: Scenario, section: Section): Verdict[] =>
  scenario.aims.map(({ id, text, atMost, guarded, value: valueOf }) => {
    const value = valueOf(tableOf(section))
    return { id, text, atMost, guarded, value, reached: value === undefined ? undefined : value <= atMost }
  })
