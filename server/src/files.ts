/**
 * Pictures over HTTP: `POST /api/files?doc=<name>` and `GET /files/<hash>`.
 *
 * Owns: what is taken (by content, up to a size), and the headers with which it is given out.
 * Does not own: where files are kept (persistence), who may write (the caller's `mayWrite`).
 * Always holds: nothing of a body is read before it is clear that its sender may write; what is given out
 * is a picture by its content, and can run nothing, whatever else it may be.
 */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Files, isFileHash, StorageError } from '@cowrite/persistence'
import { isDocumentName } from '@cowrite/protocol'
import { type RequestHandler, Router } from 'express'
import { answerRefusal } from './answer-refusal.js'
import { HEAD_BYTES, imageTypeOf } from './image-type.js'
import type { Log } from './log.js'
import { Refused } from './refusal.js'

export interface FilesOptions {
  readonly files: Files
  readonly log: Log
  /** A larger file is refused, in bytes. */
  readonly maxFileBytes: number
  /** Refuses where there is no room for so many bytes more. */
  readonly requireSpace: (bytes: number) => Promise<void>
  /** Whether the sender may change this document. @throws Refused */
  readonly mayWrite: (request: IncomingMessage, document: string) => Promise<boolean>
}

/** Uploads under way at once; each holds a few hundred kilobytes. */
const UPLOADS_AT_ONCE = 16

const ONE_YEAR_S = 365 * 24 * 3600

export function filesRoute(options: FilesOptions): Router {
  const router = Router()
  router.post('/api/files', refusing(options, upload(options)))
  router.get('/files/:hash', refusing(options, download(options)))
  return router
}

/** Answers refusals of the table itself; anything else is for who handles errors behind it. */
const refusing = ({ log }: FilesOptions, handler: RequestHandler): RequestHandler => async (request, response, next) => {
  try {
    await handler(request, response, next)
  } catch (error) {
    if (response.headersSent || response.destroyed) return void response.destroy()
    if (error instanceof StorageError) log.error({ err: error }, 'a file could not be kept or read')
    const code = error instanceof Refused ? error.code : error instanceof StorageError ? 'storage-down' : undefined
    if (code === undefined) return next(error)
    answerRefusal(response, code)
    // What is still on its way is read and thrown away: a connection that is cut would take the answer with it.
    request.resume()
  }
}

function upload(options: FilesOptions): RequestHandler {
  let underWay = 0
  return async (request, response) => {
    const document = request.query['doc']
    if (typeof document !== 'string' || !isDocumentName(document)) throw new Refused('bad-name', 'no document is named')
    if (!(await options.mayWrite(request, document))) throw new Refused('forbidden', 'no right to change this document')
    const claimed = Number(request.headers['content-length'] ?? 0)
    if (claimed > options.maxFileBytes) throw new Refused('file-too-large', `${claimed} bytes`)
    if (underWay >= UPLOADS_AT_ONCE) throw new Refused('overloaded', 'too many uploads at once')
    underWay++
    try {
      await options.requireSpace(claimed || options.maxFileBytes)
      const { hash, bytes } = await options.files.put(checked(request.iterator({ destroyOnReturn: false }), options.maxFileBytes))
      response.set('Cache-Control', 'no-store').status(201).json({ hash, bytes, url: `/files/${hash}` })
    } finally {
      underWay--
    }
  }
}

/** The body as it comes, ended by a refusal when it is no picture or too large. */
async function* checked(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let head = new Uint8Array()
  let isKnown = false
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > maxBytes) throw new Refused('file-too-large', `more than ${maxBytes} bytes`)
    if (isKnown) {
      yield chunk
      continue
    }
    head = new Uint8Array(Buffer.concat([head, chunk]))
    if (head.length < HEAD_BYTES) continue
    requireImage(head)
    isKnown = true
    yield head
  }
  if (isKnown) return
  requireImage(head)
  yield head
}

function requireImage(head: Uint8Array): void {
  if (imageTypeOf(head) === undefined) throw new Refused('unsupported-file', 'no picture of a known kind')
}

const download = ({ files }: FilesOptions): RequestHandler => async (request, response) => {
  const hash = request.params['hash']
  if (typeof hash !== 'string' || !isFileHash(hash)) throw new Refused('not-found', 'no name of a file')
  const found = await files.get(hash)
  if (found === undefined) throw new Refused('not-found', 'no such file')
  const content = Readable.from(found.content, { objectMode: false })
  const etag = `"${hash}"`
  const { head, rest } = await takeHead(content)
  const type = imageTypeOf(head)
  response.set({
    // Only who was given the name has it, so caches of others are none of its places.
    'Cache-Control': `private, max-age=${ONE_YEAR_S}, immutable`,
    ETag: etag,
    'Content-Type': type?.mime ?? 'application/octet-stream',
    'Content-Disposition': `${type ? 'inline' : 'attachment'}; filename="${hash.slice(0, 12)}.${type?.extension ?? 'bin'}"`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
  })
  if (request.headers['if-none-match'] === etag) {
    content.destroy()
    return void response.status(304).end()
  }
  response.set('Content-Length', String(found.bytes))
  if (request.method === 'HEAD') {
    content.destroy()
    return void response.end()
  }
  // A reader who goes away in the middle is no fault.
  await pipeline(rest, response).catch(() => undefined)
}

/** The first bytes of a stream, and all of it. */
async function takeHead(content: Readable): Promise<{ head: Uint8Array; rest: AsyncIterable<Uint8Array> }> {
  const iterator = content[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  const first = await iterator.next()
  const head: Uint8Array = first.done === true ? new Uint8Array() : first.value
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield head
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
  }
  return { head, rest: rest() }
}
