/**
 * JSON bodies of requests.
 *
 * Owns: how large and how deep one may be, and what no name in one may be.
 * Does not own: what it says (the routes), nor who may send one: that is asked before.
 * Always holds: depth is judged on the bytes, before anything is built of them; `__proto__`, with which a later copy
 * field by field would exchange an object's prototype, is refused wherever it stands.
 */
import { requireJson } from '@cowrite/protocol'
import { json, type RequestHandler } from 'express'
import { MAX_JSON_DEPTH } from './body-limits.js'
import { Refused } from './refusal.js'

/** @param maxBytes longest body, also of one that comes compressed */
export const jsonBody = (maxBytes: number): RequestHandler =>
  json({
    limit: maxBytes,
    // Whoever calls from a shell does not name the type; a page cannot use that: see sharing.ts.
    type: () => true,
    verify: (_request, _response, body) => {
      if (body.length > 0) requireJson(body, MAX_JSON_DEPTH)
    },
    reviver: (name: string, value: unknown) => {
      if (name === '__proto__') throw new Refused('malformed', 'a name that is not taken')
      return value
    },
  })
