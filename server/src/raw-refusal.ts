/**
 * A refusal as an HTTP answer where there is no response to write it with: before an upgrade, and to what is
 * no request.
 *
 * Owns: its bytes.
 * Does not own: when something is refused, and how other answers look (answer-refusal.ts).
 * Always holds: the connection ends with it.
 */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RefusalCode, REFUSALS } from '@cowrite/protocol'

export function refuseRaw(duplex: Duplex, code: RefusalCode): void {
  const { httpStatus, text } = REFUSALS[code]
  const body = JSON.stringify({ error: code, message: text })
  const lines = [
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(body)}`,
    // RFC 6455 §4.2.2: say which version is spoken here.
    ...(httpStatus === 426 ? ['Upgrade: websocket', 'Sec-WebSocket-Version: 13'] : []),
    ...(httpStatus === 503 || httpStatus === 429 ? ['Retry-After: 1'] : []),
  ]
  duplex.once('finish', () => duplex.destroy())
  duplex.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}
