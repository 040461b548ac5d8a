/**
 * Which document a request is about: `/api/documents/<name>/<what>`.
 *
 * Owns: taking the name out of the address as it was sent. It may hold slashes, also unescaped, and is decoded once.
 * Does not own: what may be asked about it.
 */
import { documentNameOfPath } from '@cowrite/protocol'
import { Refused } from './refusal.js'

/**
 * @param what matches the end of the path, behind the name
 * @throws Refused `bad-name`
 */
export function documentOfRoute(originalUrl: string, what: RegExp): string {
  const [path = ''] = originalUrl.split(/[?#]/, 1)
  const document = documentNameOfPath(path.replace(what, ''), '/api/documents/')
  if (document === undefined) throw new Refused('bad-name', 'the path names no document')
  return document
}
