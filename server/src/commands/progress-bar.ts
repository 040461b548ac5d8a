/**
 * How far a long work has got, on standard error.
 *
 * Owns: the one line. Always holds: nothing is shown where nobody looks (no terminal), nor of what takes less than a
 * second; the line is taken away before anything else is printed.
 */
import type { OnProgress } from '@cowrite/persistence'
import { bytesText } from './words.js'

const SHOW_AFTER_MS = 1_000
const SHOW_EVERY_MS = 100
const WIDTH = 30

export interface ProgressBar {
  readonly onProgress: OnProgress
  readonly clear: () => void
}

export function progressBar(write: ((text: string) => void) | undefined, now: () => number): ProgressBar {
  const start = now()
  let shownAt = start + SHOW_AFTER_MS - SHOW_EVERY_MS
  let isShown = false
  return {
    onProgress: (done, total, unit) => {
      if (!write || now() - shownAt < SHOW_EVERY_MS) return
      shownAt = now()
      isShown = true
      write(`\r${lineOf(done, total, unit)}\u001B[K`)
    },
    clear: () => {
      if (isShown) write?.('\r\u001B[K')
      isShown = false
    },
  }
}

function lineOf(done: number, total: number | undefined, unit: string): string {
  const amount = (value: number): string => (unit === 'bytes' ? bytesText(value) : `${value.toLocaleString('en')}`)
  const suffix = unit === 'bytes' ? '' : ` ${unit}`
  if (!total) return `${amount(done)}${suffix}`
  const part = Math.min(1, done / total)
  const filled = Math.round(part * WIDTH)
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}]`
  return `${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${amount(done)} of ${amount(total)}${suffix}`
}
