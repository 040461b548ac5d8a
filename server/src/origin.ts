/**
 * Which web pages may use this server.
 *
 * Owns: the rule for origins, for the upgrade of a WebSocket, for REST and for who may frame a page; how
 * origins are written in the settings.
 * Always holds: programs, which send no Origin, are not concerned; a page of a foreign site never gets in
 * unless it is on the list (RFC 6455 §10.2, cross-site WebSocket hijacking); an origin is compared as it is
 * written (RFC 6454 §6.2), no expression is made of it.
 */
import type { IncomingHttpHeaders } from 'node:http'

export interface SharingOptions {
  readonly origins: readonly string[]
  readonly loopbackOnly: boolean
  /** Whether somebody without a token gets nothing anyway. */
  readonly hasLogin: boolean
}

/**
 * @param allowed further origins: `https://app.example.com`, `https://*.example.com` for all names below
 *   `example.com` and not for that itself, or `*` for all
 * @param loopbackOnly the server listens on loopback only: then pages served from this machine may
 *   connect, whatever their port, and the Host header proves nothing (DNS rebinding)
 */
export function originAllowed({ origin, host }: IncomingHttpHeaders, allowed: readonly string[], loopbackOnly: boolean): boolean {
  if (origin === undefined || allowed.includes('*')) return true
  if (allowed.some((pattern) => matches(pattern, origin))) return true
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url?.origin !== origin) return false
  return loopbackOnly ? isLoopbackHost(url.hostname) : url.host === host
}

/**
 * Whether a request without a login may be answered under this Host. A page of a foreign name that resolves to
 * this machine sends its own name there, and as for itself, without an Origin.
 */
export function hostAllowed({ host }: IncomingHttpHeaders, allowed: readonly string[], loopbackOnly: boolean): boolean {
  if (!loopbackOnly || host === undefined || allowed.includes('*')) return true
  const isListed = (scheme: string): boolean => allowed.some((pattern) => matches(pattern, `${scheme}://${host}`))
  return isListed('https') || isListed('http') || (URL.canParse(`http://${host}`) && isLoopbackHost(new URL(`http://${host}`).hostname))
}

/** In a pattern: any names, of one or more labels, before what follows. */
const ANY_NAME = '://*.'

function matches(pattern: string, origin: string): boolean {
  const at = pattern.indexOf(ANY_NAME)
  if (at === -1) return pattern === origin
  const scheme = pattern.slice(0, at + '://'.length)
  const rest = pattern.slice(at + ANY_NAME.length - 1)
  return origin.length > scheme.length + rest.length && origin.startsWith(scheme) && origin.endsWith(rest) && isCanonical(origin)
}

/** As browsers write it, with nothing before the host or behind the port. */
const isCanonical = (origin: string): boolean => URL.canParse(origin) && new URL(origin).origin === origin

/** Whether this can stand in the list: whole origins, with `*.` at most for the names before two labels or more. */
export function isOriginPattern(text: string): boolean {
  if (text === '*') return true
  const name = text.replace(ANY_NAME, '://a.')
  if (!WRITTEN.test(name) || !isCanonical(name)) return false
  return name === text || new URL(name).hostname.split('.').filter((label) => label !== '').length > 2
}

/** The list goes into a Content-Security-Policy, too, where other signs would mean something. */
const WRITTEN = /^https?:\/\/[a-z0-9._\-[\]:]+$/

/** Whether a host name or address, as in a URL or a setting, is this machine's loopback. */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
