/**
 * A log that a test can read.
 *
 * Owns: keeping every line of the server under test as the text it would be written as.
 * Always holds: all levels are kept; an error is written with its message, stack and cause, as pino does.
 */
import type { Log } from '@cowrite/server'

export interface LogLines extends Log {
  readonly lines: string[]
}

export function logLines(): LogLines {
  const lines: string[] = []
  const writeAt =
    (level: string) =>
    (...values: unknown[]): void => {
      lines.push(JSON.stringify([level, ...values], withErrors))
    }
  // pino's functions have many forms; the server calls them with an object and a text.
  const log = Object.fromEntries(['error', 'warn', 'info', 'debug'].map((level) => [level, writeAt(level)]))
  return { ...(log as unknown as Log), lines }
}

const withErrors = (_key: string, value: unknown): unknown =>
  value instanceof Error
    ? { ...value, type: value.name, message: value.message, stack: value.stack, cause: value.cause }
    : value
