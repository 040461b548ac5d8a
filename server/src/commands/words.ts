/**
 * Figures and names as people read them.
 *
 * Always holds: a document's name cannot move the cursor or hide anything in a terminal.
 */
import { inspect } from 'node:util'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** 1234567 → `1.2 MB` */
export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** `1 document`, `2,000 documents` */
export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`

/** As it is when it is harmless, else with escapes in quotes. */
export const nameText = (name: string): string =>
  // Control and format characters (C0, C1, direction marks), and quotes that would look like the escaped form.
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|^'/u.test(name)
    ? inspect(name).replaceAll(/[\p{Cf}\p{Zl}\p{Zp}]/gu, (found) => `\\u{${found.codePointAt(0)?.toString(16)}}`)
    : name

export const timeText = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')

/** Rows of two columns. */
export function rowsText(rows: readonly (readonly [label: string, value: string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length))
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}\n`).join('')
}
