/**
 * The HTTP side: the editor's pages, their assets, and the health of the server.
 *
 * Owns: routes and their order: what watches the server comes before what limits requests.
 * Does not own: headers (security-headers.ts, sharing.ts), WebSockets (websocket.ts), what the pages do (editor/).
 * Always holds: every answer carries the security headers; no route throws an error's text at a
 * client.
 */
import { existsSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { StorageError } from '@cowrite/persistence'
import { documentNameOfPath, type RefusalCode } from '@cowrite/protocol'
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response, type Router } from 'express'
import { answerRefusal } from './answer-refusal.js'
import type { Log } from './log.js'
import type { Readiness } from './readiness.js'
import { originAllowed, type SharingOptions } from './origin.js'
import { Refused, refusalCodeOf } from './refusal.js'
import { embeddable, securityHeaders, usableElsewhere } from './security-headers.js'
import { sharing } from './sharing.js'

export interface HttpOptions extends SharingOptions {
  readonly log: Log
  /** Where the built pages are: index.html (the editor), home.html, assets/. */
  readonly pages: string
  readonly readiness: () => Promise<Readiness>
  /** Refuses who asks too often. */
  readonly limit: RequestHandler
  /** Further routes, which may throw `Refused`. */
  readonly routes?: readonly Router[]
}

/** Scripts for pages of others, whose names stay. */
const SCRIPTS = ['/cowrite-editor.js', '/cowrite-embed.js']
const ONE_YEAR_MS = 365 * 24 * 3600 * 1000

export function makeHttp(options: HttpOptions): Express {
  const { log, pages, readiness, limit, routes = [] } = options
  if (!existsSync(join(pages, 'index.html'))) throw new Error(`the editor's pages are not there: ${pages} (built by npm run build; installed with @cowrite/editor)`)
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.use(securityHeaders)

  app.get('/livez', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' })
  })
  app.get('/readyz', async (_request, response) => {
    const answer = await readiness()
    response.set('Cache-Control', 'no-store').status(answer.ready ? 200 : 503)
    response.json(answer.ready ? { status: 'ok' } : { status: 'unavailable', reason: answer.reason })
  })

  // Before the limit: a page of another origin, too, is to see that it was that.
  app.use('/files', usableElsewhere)
  app.use(['/api', '/files'], sharing(options))
  app.use(limit)

  // Modules that a page of another origin loads need its consent, assets included.
  app.use(['/assets', ...SCRIPTS], usableElsewhere, (_request, response, next) => {
    response.set('Access-Control-Allow-Origin', '*')
    next()
  })
  // Names of built assets carry a hash of their content.
  app.use('/assets', express.static(join(pages, 'assets'), { immutable: true, maxAge: ONE_YEAR_MS, index: false, redirect: false, fallthrough: true }))
  app.get('/', (_request, response) => sendPage(response, pages, 'home.html'))
  app.get(/^\/d\//, (request, response) => {
    // `originalUrl`: the router decodes `path`, and the name must be decoded exactly once.
    if (documentNameOfPath(request.originalUrl, '/d/') === undefined) answerRefusal(response, 'bad-name')
    else sendPage(response, pages, 'index.html')
  })
  app.get(/^\/embed\//, embeddable(options), usableElsewhere, (request, response) => {
    if (documentNameOfPath(request.originalUrl, '/embed/') === undefined) answerRefusal(response, 'bad-name')
    else sendPage(response, pages, 'embed.html')
  })
  // The pages' own files have addresses here as well; only what is not a page may be kept, nor the scripts
  // that name the chunks of this version.
  const setHeaders = (response: ServerResponse, path: string): void => {
    if (path.endsWith('.html') || SCRIPTS.some((script) => path.endsWith(script))) response.setHeader('Cache-Control', 'no-cache')
  }
  app.use(express.static(pages, { index: false, redirect: false, maxAge: '1h', dotfiles: 'ignore', setHeaders }))

  // The page in an iframe asks whether it may listen to the one around it.
  app.get('/api/embed', (request, response) => {
    const { parent } = request.query
    const isAllowed = typeof parent === 'string' && originAllowed({ origin: parent, host: request.headers.host }, options.origins, options.loopbackOnly)
    if (!isAllowed) throw new Refused('origin-refused', 'a page of a foreign origin')
    response.status(204).set('Cache-Control', 'no-store').end()
  })
  for (const route of routes) app.use(route)
  app.use((_request, response) => answerRefusal(response, 'not-found'))
  const onError: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    const code = refusalCodeOfRequest(error)
    if (code === 'internal') log.error({ err: error, method: request.method }, 'request failed')
    answerRefusal(response, code)
  }
  app.use(onError)
  return app
}

function refusalCodeOfRequest(error: unknown): RefusalCode {
  // The router throws with status 400 at paths that are not valid percent-encoding.
  if (error instanceof URIError) return 'bad-name'
  if (error instanceof StorageError) return error.code === 'removed' ? 'deleted' : 'storage-down'
  // Reading a body throws errors with the status that they mean. Their message quotes the body.
  const status = (error as { status?: unknown } | null)?.status
  if (status === 413) return 'too-large'
  return status === 400 || status === 415 ? 'malformed' : refusalCodeOf(error)
}

function sendPage(response: Response, pages: string, file: string): void {
  response.set('Cache-Control', 'no-cache')
  response.sendFile(file, { root: pages, cacheControl: false })
}
