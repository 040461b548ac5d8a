/**
 * Restore points over HTTP: `/api/documents/<name>/restore-points`.
 *
 * Owns: the addresses and answers. Does not own: what happens to the document (document-points.ts).
 * Always holds: each needs the right to write.
 */
import type { IncomingMessage } from 'node:http'
import type { Storage } from '@cowrite/persistence'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { type Access, mayWrite } from './access/access.js'
import type { Clock } from './clock.js'
import { bringBackTo, type DocumentPoints, keepPoint } from './document-points.js'
import { documentOfRoute } from './document-of-route.js'
import { Refused } from './refusal.js'

export interface RestorePointsOptions extends DocumentPoints {
  readonly storage: DocumentPoints['storage'] & Pick<Storage, 'listRestorePoints'>
  readonly clock: Clock
  readonly accessFor: (request: IncomingMessage, document: string) => Promise<Access>
}

const PATH = /^\/api\/documents\/.+\/restore-points\/?$/
const RESTORE_PATH = /^\/api\/documents\/.+\/restore-points\/(\d{1,15})\/restore\/?$/

type Work = (name: string, author: string | undefined, request: Request, response: Response) => Promise<void>

export function restorePointsRoute(options: RestorePointsOptions): Router {
  const router = Router()
  router.get(PATH, admitted(options, list(options)))
  router.post(PATH, admitted(options, keep(options)))
  router.post(RESTORE_PATH, admitted(options, bringBack(options)))
  return router
}

const admitted = (options: RestorePointsOptions, work: Work): RequestHandler => async (request, response) => {
  const name = documentOf(request.originalUrl)
  const access = await options.accessFor(request as IncomingMessage, name)
  if (!mayWrite(access)) throw new Refused('forbidden', 'restore points are for who may write')
  response.set('Cache-Control', 'no-store')
  await work(name, access.identity?.id, request, response)
}

const documentOf = (originalUrl: string): string => documentOfRoute(originalUrl, /\/restore-points(\/\d+\/restore)?\/?$/)

const list = ({ storage }: RestorePointsOptions): Work => async (name, _author, _request, response) => {
  const points = await storage.listRestorePoints(name)
  response.json({ restorePoints: points.map(({ sequence, ...rest }) => ({ id: sequence, ...rest })) })
}

const keep = ({ clock, ...points }: RestorePointsOptions): Work => async (name, author, request, response) => {
  const reason = request.query['reason'] === 'file' ? 'file' : 'asked'
  const point = await keepPoint(points, name, { author, time: clock.date(), reason })
  // Nothing is there to be kept, or none are: that is no fault of who asks.
  if (point === undefined) response.json({ id: null })
  else response.status(201).json({ id: point.sequence, time: point.time, reason: point.reason })
}

const bringBack = (points: RestorePointsOptions): Work => async (name, author, request, response) => {
  const id = Number(RESTORE_PATH.exec(request.path)?.[1])
  const changed = await bringBackTo(points, name, id, author)
  if (changed === undefined) throw new Refused('not-found', 'no such restore point')
  response.json({ restored: id, changed })
}
