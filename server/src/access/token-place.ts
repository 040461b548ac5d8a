/**
 * Where a token stands in a request.
 *
 * Owns: the three places, and which subprotocol is answered.
 * Does not own: what the token is worth (tokens.ts).
 * Always holds: a token is read here and handed on, and stands in no answer, log line or error.
 */
import type { IncomingMessage } from 'node:http'
import { isTokenSubprotocol, MAX_TOKEN_BYTES, SUBPROTOCOL, tokenOfSubprotocols } from '@cowrite/protocol'

type Request = Pick<IncomingMessage, 'headers' | 'url'>

/**
 * The token that came with a request: in `Sec-WebSocket-Protocol`, else in `Authorization: Bearer`, else
 * as the query parameter `token`, for clients that can do no better.
 */
export function tokenOf(request: Request): string | undefined {
  const token = tokenOfSubprotocols(offersOf(request)) ?? bearerOf(request) ?? queryOf(request)
  return token === undefined || token === '' || token.length > MAX_TOKEN_BYTES ? undefined : token
}

/** Whether the client speaks Cowrite's extensions. */
export const speaksCowrite = (request: Request): boolean => offersOf(request).includes(SUBPROTOCOL)

/** The subprotocol to agree to among those offered: ours, else the first that is no token. */
export function subprotocolOf(offers: Iterable<string>): string | false {
  const list = [...offers]
  return list.includes(SUBPROTOCOL) ? SUBPROTOCOL : (list.find((offer) => !isTokenSubprotocol(offer)) ?? false)
}

const offersOf = ({ headers }: Request): string[] =>
  (headers['sec-websocket-protocol'] ?? '').split(',').map((offer) => offer.trim())

const bearerOf = ({ headers }: Request): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]

function queryOf({ url = '' }: Request): string | undefined {
  const query = url.indexOf('?')
  return query === -1 ? undefined : (new URLSearchParams(url.slice(query)).get('token') ?? undefined)
}
