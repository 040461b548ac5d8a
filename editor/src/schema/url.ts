/**
 * Which addresses a document may point to.
 *
 * Owns: the allowed schemes of links and images.
 * Does not own: where addresses stand in the document (attrs.ts says which attributes are addresses).
 * Always holds: what comes out is either empty or safe to put into `href` or `src`: a peer writes
 * attributes straight into Yjs, so nothing before this point has looked at them.
 */

const LINK_SCHEMES = new Set(['http', 'https', 'mailto', 'tel', 'sms', 'ftp'])
const IMAGE_SCHEMES = new Set(['http', 'https'])

/** Longest address kept, in UTF-16 units; browsers and proxies stop at about this length too. */
export const MAX_URL_LENGTH = 8192

/**
 * The address as a browser's URL parser reads it: C0 controls and spaces trimmed from both ends, tab,
 * LF and CR removed everywhere (WHATWG URL, "basic URL parser", steps 1 to 3). `java\tscript:` is
 * `javascript:` to a browser, so it has to be to us.
 */
function asBrowserReads(url: string): string {
  let start = 0
  let end = url.length
  while (start < end && url.charCodeAt(start) <= 0x20) start++
  // Not by an expression, which would begin anew at each space of a peer's address.
  while (end > start && url.charCodeAt(end - 1) <= 0x20) end--
  return url.slice(start, end).replace(/[\t\n\r]/g, '')
}

function allowed(value: unknown, schemes: ReadonlySet<string>): string {
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH) return ''
  const url = asBrowserReads(value)
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]
  if (scheme === undefined) return url // relative: has the page's own scheme
  return schemes.has(scheme.toLowerCase()) ? url : ''
}

/** A link target that may be followed, or '' for one that may not (`javascript:`, `data:`, `vbscript:`, `file:` …). */
export const safeLink = (value: unknown): string => allowed(value, LINK_SCHEMES)

/** An image source that may be loaded, or ''. No `data:`: images belong to the server's store, not into the document. */
export const safeImage = (value: unknown): string => allowed(value, IMAGE_SCHEMES)

/**
 * What a person typed into a link field as an address: a bare host gets `https:`, a bare mail address
 * `mailto:`.
 * @returns '' when it is none that may be followed.
 */
export function linkFromInput(text: string): string {
  const typed = text.trim()
  if (typed === '' || /\s/.test(typed)) return ''
  if (/^[^\s@/:]+@[^\s@/]+\.[^\s@/]+$/.test(typed)) return safeLink(`mailto:${typed}`)
  // `host:8080/x` looks like a scheme to the rule above; a port says it is a host.
  if (/^[\w-]+(\.[\w-]+)*\.?:\d{1,5}(\/|$)/.test(typed)) return safeLink(`https://${typed}`)
  if (/^[\w-]+(\.[\w-]+)+(\/|\?|#|$)/.test(typed)) return safeLink(`https://${typed}`)
  return safeLink(typed)
}
