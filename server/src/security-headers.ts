/**
 * The headers under which everything is served.
 *
 * Owns: the Content-Security-Policy and its companions, and who may frame a page.
 * Does not own: which origins are on the list (origin.ts), the policy of pictures (files.ts).
 * Always holds: no page of this server runs a script that is not a file of it, or may be framed by a page that is
 * not on the list.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet, { contentSecurityPolicy } from 'helmet'
import type { SharingOptions } from './origin.js'

type Step = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

const DIRECTIVES = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  fontSrc: ["'self'"],
  imgSrc: ["'self'", 'data:', 'blob:', 'https:'],
  // Includes WebSockets of the same origin (CSP level 3; every browser since 2022).
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
}

const policyWith = (frameAncestors: string[]) => ({ useDefaults: false, directives: { ...DIRECTIVES, frameAncestors } })

const headers = helmet({
  contentSecurityPolicy: policyWith(["'none'"]),
  // Served without TLS by default; whoever adds TLS in front adds this header there.
  strictTransportSecurity: false,
  crossOriginEmbedderPolicy: false,
  crossOriginResourcePolicy: { policy: 'same-origin' },
  xFrameOptions: { action: 'deny' },
})

/** Of the abilities of a browser that ask the person, none is used here. */
const PERMISSIONS = 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'

export const securityHeaders: Step = (request, response, next) => {
  response.setHeader('Permissions-Policy', PERMISSIONS)
  headers(request, response, next)
}

/** The client library, the editor and the pictures of documents are there to be used by other pages. */
export const usableElsewhere: Step = (_request, response, next) => {
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
  next()
}

/** The headers of a page that the origins on the list, and the server's own pages, may frame. */
export function embeddable(options: Pick<SharingOptions, 'origins' | 'loopbackOnly'>): Step {
  const policy = contentSecurityPolicy(policyWith(frameAncestorsOf(options)))
  return (request, response, next) => {
    // Has no way to name more than one origin, and is not heeded beside frame-ancestors by any browser that has that.
    response.removeHeader('X-Frame-Options')
    policy(request, response, next)
  }
}

/** Sources as CSP level 3 has them; a `*.` there stands for the same names as in the list. */
function frameAncestorsOf({ origins, loopbackOnly }: Pick<SharingOptions, 'origins' | 'loopbackOnly'>): string[] {
  if (origins.includes('*')) return ['*']
  const here = ['localhost', '*.localhost', '127.0.0.1'].flatMap((host) => [`http://${host}:*`, `https://${host}:*`])
  return ["'self'", ...(loopbackOnly ? here : []), ...origins]
}
