/**
 * Rule CF6: docs/errors.md and the table of refusals say the same.
 */
import { readFileSync } from 'node:fs'
import { isFinalCloseCode, REFUSALS, type Refusal } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
const cellsOf = (line: string): string[] => line.split('|').slice(1, -1).map((cell) => cell.trim())
const rows = page.split('\n').filter((line) => /^\| `/.test(line)).map(cellsOf)

describe('docs/errors.md', () => {
  it('[CF6] lists exactly the refusals, with status, close code and text', () => {
    const expected = Object.entries<Refusal>(REFUSALS).map(([code, { httpStatus, closeCode, text }]) => {
      const comesBack = closeCode === undefined ? '–' : isFinalCloseCode(closeCode) ? 'no' : 'yes'
      return [`\`${code}\``, String(httpStatus), closeCode === undefined ? '–' : String(closeCode), comesBack, text]
    })
    expect(rows.map((row) => row.slice(0, 5))).toEqual(expected)
  })

  it('[CF6] says for each when it happens', () => {
    expect(rows.filter((row) => (row[5] ?? '').length < 20)).toEqual([])
  })
})
