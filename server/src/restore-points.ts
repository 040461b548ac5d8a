/**
 * Restore points over HTTP: `/api/documents/<name>/restore-points`.
 *
 * Owns: listing them, making one, and bringing the document back to one.
 * Does not own: where they are kept (persistence), which deletions leave one (room.ts).
 * Always holds: bringing back is an edit like any other, so that nobody's connection ends and what others write
 * meanwhile stays; what it takes away is kept as a restore point itself. Each needs the right to write.
 */
import type { IncomingMessage } from 'node:http'
import type { Storage } from '@cowrite/persistence'
import { STORED_UPDATE_LIMITS } from '@cowrite/protocol'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { type Access, mayWrite } from './access/access.js'
import type { Clock } from './clock.js'
import { documentOfRoute } from './document-of-route.js'
import { Refused } from './refusal.js'
import { restoringUpdate } from './restoring.js'
import type { Room } from './room.js'

export interface RestorePointsOptions {
  readonly storage: Pick<Storage, 'keepRestorePoint' | 'listRestorePoints' | 'loadRestorePoint' | 'load'>
  readonly rooms: { use<T>(name: string, work: (room: Room) => T): Promise<T> }
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

const keep = ({ storage, rooms, clock }: RestorePointsOptions): Work => async (name, author, request, response) => {
  // What was accepted before the question is part of the answer.
  await rooms.use(name, whenSaved)
  const point = await storage.keepRestorePoint(name, { author, time: clock.date(), reason: request.query['reason'] === 'file' ? 'file' : 'asked' })
  // Nothing is there to be kept, or none are: that is no fault of who asks.
  if (point === undefined) response.json({ id: null })
  else response.status(201).json({ id: point.sequence, time: point.time, reason: point.reason })
}

const bringBack = ({ storage, rooms }: RestorePointsOptions): Work => async (name, author, request, response) => {
  const id = Number(RESTORE_PATH.exec(request.path)?.[1])
  const content = id > 0 ? await storage.loadRestorePoint(name, id) : undefined
  const stored = await storage.load(name)
  if (content === undefined || stored === undefined) throw new Refused('not-found', 'no such restore point')
  const state = [...(stored.snapshot ? [stored.snapshot.update] : []), ...stored.tail.map((record) => record.update)]
  const update = await restoringUpdate({ state, content })
  if (update !== undefined) {
    await rooms.use(name, (room) => {
      room.accept(update, author, undefined, STORED_UPDATE_LIMITS, 'restore')
      return whenSaved(room)
    })
  }
  response.json({ restored: id, changed: update !== undefined })
}

const whenSaved = (room: Room): Promise<void> =>
  new Promise((resolve, reject) => room.whenSaved((error) => (error ? reject(error) : resolve())))
