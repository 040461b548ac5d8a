/**
 * The opening handshake of RFC 6455, from the client's side.
 *
 * Owns: the request and reading the answer.
 * Always holds: the only extension ever offered is permessage-deflate without context takeover either way.
 */
import { randomBytes } from 'node:crypto'

const DEFLATE = 'permessage-deflate; client_no_context_takeover; server_no_context_takeover'

export function offer(path: string, port: number, deflate: boolean): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    ...(deflate ? [`Sec-WebSocket-Extensions: ${DEFLATE}`] : []),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

export interface Response {
  readonly status: number
  readonly deflate: boolean
  /** Bytes that it takes; frames follow. */
  readonly length: number
}

/** @returns undefined while it is not whole */
export function responseOf(bytes: Buffer): Response | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.toString('latin1', 0, end)
  return {
    status: Number(head.split(' ')[1]),
    deflate: /^sec-websocket-extensions:.*permessage-deflate/im.test(head),
    length: end + 4,
  }
}
