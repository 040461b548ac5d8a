/**
 * A refusal as an answer over HTTP.
 *
 * Owns: its form: status, `{ error, message }` and the headers that go with a status.
 * Does not own: when something is refused. Always holds: no cache keeps it.
 */
import { type RefusalCode, REFUSALS } from '@cowrite/protocol'
import type { Response } from 'express'

export function answerRefusal(response: Response, code: RefusalCode): void {
  const { httpStatus, text } = REFUSALS[code]
  if (httpStatus === 503 || httpStatus === 429) response.set('Retry-After', '1')
  if (httpStatus === 401) response.set('WWW-Authenticate', 'Bearer')
  response.set('Cache-Control', 'no-store').status(httpStatus).json({ error: code, message: text })
}
