/**
 * What pages of other origins may ask over HTTP, and read of the answers (CORS, Fetch §3.2).
 *
 * Owns: one gate in front of all of REST, preflights included.
 * Does not own: which origins those are (origin.ts).
 * Always holds: a foreign page is refused before anything is done for it, whatever the route; no answer says that
 * credentials of the browser count, for none do: there are no cookies, and a token is put there by the page.
 */
import type { RequestHandler } from 'express'
import { hostAllowed, originAllowed, type SharingOptions } from './origin.js'
import { Refused } from './refusal.js'

/** How long a browser may remember what a preflight said, in seconds. */
const PREFLIGHT_S = 600

/** Throws `Refused` at whatever handles errors behind it. */
export const sharing = ({ origins, loopbackOnly, hasLogin }: SharingOptions): RequestHandler => (request, response, next) => {
  // Of refusals, too: a cache must not give one page what was meant for another.
  response.vary('Origin')
  const { origin } = request.headers
  if (!originAllowed(request.headers, origins, loopbackOnly)) throw new Refused('origin-refused', 'a page of a foreign origin')
  if (!hasLogin && !hostAllowed(request.headers, origins, loopbackOnly)) throw new Refused('origin-refused', 'a foreign Host on loopback')
  if (origin !== undefined) response.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': 'ETag, Retry-After' })
  if (request.method !== 'OPTIONS') return next()
  response.set({
    'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, If-Match, If-None-Match',
    'Access-Control-Max-Age': String(PREFLIGHT_S),
  })
  response.status(204).end()
}
