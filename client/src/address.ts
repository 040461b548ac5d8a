/**
 * From what an app says (a server, a document) to what a WebSocket is opened with.
 *
 * Owns: the server's address as a `ws:` URL, the document's name as a path.
 * Does not own: which names are names (protocol), query parameters (y-websocket appends them).
 * Always holds: two ways to write one server give one address, so edits kept for it are found again.
 */
import { isDocumentName, pathOfDocumentName } from '@cowrite/protocol'

const SOCKET_PROTOCOLS: Readonly<Record<string, string>> = { 'ws:': 'ws:', 'http:': 'ws:', 'wss:': 'wss:', 'https:': 'wss:' }

/**
 * `http://host:1234/base/` as `ws://host:1234/base`.
 * @throws TypeError when it is not an absolute http(s) or ws(s) URL, or has a query or fragment.
 */
export function socketAddress(server: string): string {
  let url: URL
  try {
    url = new URL(server)
  } catch {
    throw new TypeError(`not a server address: ${server}`)
  }
  const protocol = SOCKET_PROTOCOLS[url.protocol]
  if (protocol === undefined) throw new TypeError(`a server address begins with http, https, ws or wss: ${server}`)
  if (url.search !== '' || url.hash !== '') throw new TypeError(`a server address has no query and no fragment: ${server}`)
  return `${protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`
}

/**
 * The document's name as it follows the server's address and a slash.
 * @throws TypeError when the name is not valid, or when URLs cannot carry it: WHATWG URL parsing resolves
 *   `.` and `..` segments, also percent-encoded ones, so such a name would open another document.
 */
export function documentPath(doc: string): string {
  if (!isDocumentName(doc)) throw new TypeError('a document name is 1 to 512 bytes of UTF-8')
  if (doc.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new TypeError('a document name cannot have "." or ".." between slashes')
  }
  return pathOfDocumentName(doc, '')
}
