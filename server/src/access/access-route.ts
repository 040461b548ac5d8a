/**
 * `POST /api/documents/<name>/access`: taking rights away from somebody who is there; `POST /api/access`: everywhere.
 *
 * Owns: who may ask, what the question looks like, and its answers.
 * Does not own: what follows (live.ts, revocations.ts).
 * Always holds: it needs the role `admin` in that document, or in all there could be, by a token and never by a
 * cookie; bad input changes nothing.
 */
import type { IncomingMessage } from 'node:http'
import { isRole, type Role } from '@cowrite/protocol'
import { type RequestHandler, Router } from 'express'
import { documentOfRoute } from '../document-of-route.js'
import { MAX_ACCESS_BODY_BYTES } from '../body-limits.js'
import { jsonBody } from '../json-body.js'
import { Refused } from '../refusal.js'
import { mayAdminister } from './access.js'
import type { Door } from './door.js'
import { isAdminEverywhere } from './identity.js'
import type { LiveAccess } from './live.js'

/** Longest user id, in UTF-16 units, as in tokens. */
const MAX_USER = 200

/** Throws `Refused` at whatever handles errors behind it. */
export function accessRoute(door: Door, live: Pick<LiveAccess, 'restrict'>): Router {
  const router = Router()
  const change: RequestHandler = async (request, response) => {
    const { user, role } = readChange(request.body)
    await live.restrict(documentOf(request.originalUrl), user, role)
    response.set('Cache-Control', 'no-store').json({ user, role })
  }
  const kick: RequestHandler = async (request, response) => {
    const { user, role } = readChange(request.body)
    // A lower role everywhere could be a higher one somewhere.
    if (role !== 'none') throw new Refused('malformed', 'everywhere there are kicks alone')
    await live.restrict(undefined, user, role)
    response.set('Cache-Control', 'no-store').json({ user, role })
  }
  // Nothing of the body is read before it is clear who asks.
  router.post(PATH, admitted(door), jsonBody(MAX_ACCESS_BODY_BYTES), change)
  router.post('/api/access', admittedEverywhere(door), jsonBody(MAX_ACCESS_BODY_BYTES), kick)
  return router
}

const PATH = /^\/api\/documents\/.+\/access\/?$/

const documentOf = (originalUrl: string): string => documentOfRoute(originalUrl, /\/access\/?$/)

const admitted = (door: Door): RequestHandler => async (request, _response, next) => {
  const access = await door.accessFor(request as IncomingMessage, documentOf(request.originalUrl))
  if (!access.identity || !mayAdminister(access)) throw new Refused('forbidden', 'changing rights needs the role admin')
  next()
}

const admittedEverywhere = (door: Door): RequestHandler => async (request, _response, next) => {
  const identity = await door.signerOf(request as IncomingMessage)
  if (!isAdminEverywhere(identity.rights)) throw new Refused('forbidden', 'this needs the role admin in all documents')
  next()
}

function readChange(body: unknown): { user: string; role: Role } {
  const { user, role, kick } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  if (typeof user !== 'string' || user === '' || user.length > MAX_USER) throw new Refused('malformed', 'no user')
  if (kick === true && role === undefined) return { user, role: 'none' }
  if (kick !== undefined || !isRole(role)) throw new Refused('malformed', 'neither a role nor a kick')
  return { user, role }
}
