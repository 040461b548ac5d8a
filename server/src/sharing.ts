/**
 * Answers to pages of other origins.
 *
 * Owns: who may read an answer, and what a preflight says.
 * Does not own: which origins those are (origin.ts).
 * Always holds: without an Origin, or with one of the server's own, nothing changes; a foreign page is refused
 * before anything is done for it.
 */
import type { IncomingMessage } from 'node:http'
import { type RefusalCode, REFUSALS } from '@cowrite/protocol'
import type { RequestHandler, Response } from 'express'
import { originAllowed } from './origin.js'
import { Refused } from './refusal.js'

export interface SharingOptions {
  readonly origins: readonly string[]
  readonly loopbackOnly: boolean
}

/** Pages of other origins on the list may ask, too. @throws Refused for others */
export function shareWith(request: IncomingMessage, response: Response, { origins, loopbackOnly }: SharingOptions): void {
  response.vary('Origin')
  const { origin } = request.headers
  if (!originAllowed(request.headers, origins, loopbackOnly)) throw new Refused('origin-refused', 'a page of a foreign origin')
  if (origin !== undefined) response.set('Access-Control-Allow-Origin', origin)
}

/** @param methods as in `GET, POST` */
export const preflight = (options: SharingOptions, methods: string): RequestHandler => (request, response) => {
  try {
    shareWith(request, response, options)
  } catch {
    return refuse(response, 'origin-refused')
  }
  response.set({
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': 'Authorization, Content-Type',
    'Access-Control-Max-Age': '600',
  })
  response.status(204).end()
}

export function refuse(response: Response, code: RefusalCode): void {
  const { httpStatus, text } = REFUSALS[code]
  response.set('Cache-Control', 'no-store').status(httpStatus).json({ error: code, message: text })
}
