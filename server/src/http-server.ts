/**
 * The HTTP server below everything: what a request may cost before anybody knows whose it is.
 *
 * Owns: the limits of its head, its time, and of connections without one; answers to what is no request.
 * Does not own: what is answered to requests (http.ts), upgrades (websocket.ts).
 * Always holds: who sends nothing, or slowly, is let go in time, and keeps nobody out meanwhile.
 */
import { createServer, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RefusalCode } from '@cowrite/protocol'
import type { Log } from './log.js'
import { refuseRaw } from './raw-refusal.js'
import { WaitingSockets } from './waiting-sockets.js'

export interface HttpServerLimits {
  /** Bytes of a request's first line and headers together. */
  readonly maxHeaderBytes: number
  /** How long they may take, from the connection or the last answer on, in milliseconds. */
  readonly headersTimeoutMs: number
  /** How long a whole request may take, in milliseconds. */
  readonly requestTimeoutMs: number
  /** Connections without a request. */
  readonly maxWaitingSockets: number
}

/** How often Node looks whose time is over, in parts of the shorter of the two. */
const LOOKS_PER_TIMEOUT = 4
const MAX_LOOK_MS = 5_000

export function makeHttpServer(limits: HttpServerLimits, log: Log): Server {
  const { maxHeaderBytes, headersTimeoutMs, requestTimeoutMs, maxWaitingSockets } = limits
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    // Node refuses to start where a part may take longer than the whole.
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(MAX_LOOK_MS, Math.ceil(Math.min(headersTimeoutMs, requestTimeoutMs) / LOOKS_PER_TIMEOUT)),
  })
  const waiting = new WaitingSockets(server, maxWaitingSockets)
  server.on('clientError', (error: NodeJS.ErrnoException, duplex: Duplex) => {
    log.debug({ err: { code: error.code } }, 'no request')
    duplex.on('error', () => {})
    // In the middle of an answer there is no place for another.
    if (duplex.writable && waiting.has(duplex)) refuseRaw(duplex, refusalOf(error))
    else duplex.destroy()
  })
  return server
}

function refusalOf({ code }: NodeJS.ErrnoException): RefusalCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'header-too-large'
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'too-slow' : 'malformed'
}
