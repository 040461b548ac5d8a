/**
 * `GET /api/documents/<name>/state`: a document as one update, for who cannot, or need not, connect.
 *
 * Owns: the answer. Does not own: who may read (door), where it is kept (persistence).
 * Always holds: it tells what is on disk, and nothing else; reading changes nothing, and makes no document.
 */
import type { IncomingMessage } from 'node:http'
import type { Storage } from '@cowrite/persistence'
import { Router } from 'express'
import { type Access, mayRead } from './access/access.js'
import { documentOfRoute } from './document-of-route.js'
import { DocumentState } from './document-state.js'
import { Refused } from './refusal.js'

export interface StateRouteOptions {
  readonly storage: Pick<Storage, 'load'>
  readonly accessFor: (request: IncomingMessage, document: string) => Promise<Access>
}

const PATH = /^\/api\/documents\/.+\/state\/?$/

export function stateRoute({ storage, accessFor }: StateRouteOptions): Router {
  const router = Router()
  router.get(PATH, async (request, response) => {
    const name = documentOfRoute(request.originalUrl, /\/state\/?$/)
    if (!mayRead(await accessFor(request as IncomingMessage, name))) throw new Refused('forbidden', 'no right to this document')
    const update = new DocumentState(await storage.load(name)).diff(new Map())
    response.set({ 'Cache-Control': 'no-store', 'Content-Type': 'application/octet-stream' }).send(Buffer.from(update))
  })
  return router
}
