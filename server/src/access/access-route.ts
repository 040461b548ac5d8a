/**
 * `POST /api/documents/<name>/access`: taking rights away from somebody who is there.
 *
 * Owns: who may ask, what the question looks like, and its answers.
 * Does not own: what follows (live.ts, revocations.ts).
 * Always holds: it needs the role `admin` in that document, by a token and never by a cookie; bad input
 * changes nothing.
 */
import type { IncomingMessage } from 'node:http'
import { documentNameOfPath, isRole, type Role } from '@cowrite/protocol'
import { json, type RequestHandler, Router } from 'express'
import { Refused } from '../refusal.js'
import { mayAdminister } from './access.js'
import type { Door } from './door.js'
import type { LiveAccess } from './live.js'

/** Longest question, in bytes. */
const MAX_BODY_BYTES = 4_096
/** Longest user id, in UTF-16 units, as in tokens. */
const MAX_USER = 200

/** Throws `Refused` at whatever handles errors behind it. */
export function accessRoute(door: Door, live: Pick<LiveAccess, 'restrict'>): Router {
  const router = Router()
  const answer: RequestHandler = async (request, response) => {
    const { user, role } = readChange(request.body)
    await live.restrict(documentOf(request.originalUrl), user, role)
    response.set('Cache-Control', 'no-store').json({ user, role })
  }
  // Nothing of the body is read before it is clear who asks.
  router.post(PATH, admitted(door), json({ limit: MAX_BODY_BYTES, type: () => true }), answer)
  return router
}

/** The name may hold slashes, also unescaped. */
const PATH = /^\/api\/documents\/.+\/access\/?$/

function documentOf(originalUrl: string): string {
  const path = originalUrl.replace(/[?#].*$/, '').replace(/\/access\/?$/, '')
  const document = documentNameOfPath(path, '/api/documents/')
  if (document === undefined) throw new Refused('bad-name', 'the path names no document')
  return document
}

const admitted = (door: Door): RequestHandler => async (request, _response, next) => {
  const access = await door.accessFor(request as IncomingMessage, documentOf(request.originalUrl))
  if (!access.identity || !mayAdminister(access)) throw new Refused('forbidden', 'changing rights needs the role admin')
  next()
}

function readChange(body: unknown): { user: string; role: Role } {
  const { user, role, kick } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  if (typeof user !== 'string' || user === '' || user.length > MAX_USER) throw new Refused('malformed', 'no user')
  if (kick === true && role === undefined) return { user, role: 'none' }
  if (kick !== undefined || !isRole(role)) throw new Refused('malformed', 'neither a role nor a kick')
  return { user, role }
}
