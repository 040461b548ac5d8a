/**
 * The server's log: pino, JSON lines on standard error.
 *
 * Owns: what a log line may hold.
 * Always holds: no content of documents, no tokens, no URLs with their query; objects carry `room`
 * and `connection`.
 */
import { pino } from 'pino'

/** What the rest of the server needs of a log. */
export type Log = Pick<pino.Logger, 'error' | 'warn' | 'info' | 'debug'>

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export const makeLog = (level: LogLevel): Log =>
  pino({ level, base: { service: 'cowrite' } }, pino.destination({ dest: 2, sync: true }))
