/**
 * Which web pages may open a connection.
 *
 * Owns: the origin rule for the upgrade of a WebSocket.
 * Always holds: programs, which send no Origin, are not concerned; a page of a foreign site never
 * gets in unless it is on the list (RFC 6455 §10.2, cross-site WebSocket hijacking).
 */
import type { IncomingHttpHeaders } from 'node:http'

/**
 * @param allowed further origins, as `https://app.example.com`, or `*` for all
 * @param loopbackOnly the server listens on loopback only: then pages served from this machine may
 *   connect, whatever their port, and the Host header proves nothing (DNS rebinding)
 */
export function originAllowed(headers: IncomingHttpHeaders, allowed: readonly string[], loopbackOnly: boolean): boolean {
  const { origin, host } = headers
  if (origin === undefined) return true
  if (allowed.includes('*') || allowed.includes(origin)) return true
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (!url) return false
  return loopbackOnly ? isLoopbackHost(url.hostname) : url.host === host
}

/** Whether a host name or address, as in a URL or a setting, is this machine's loopback. */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
