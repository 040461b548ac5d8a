/**
 * The one table of refusals: what each is called, its HTTP status, its WebSocket close code and the
 * text that is safe to show.
 *
 * Owns: the table, and the rule that a close code says whether to come back.
 * Does not own: when a refusal happens.
 * Always holds: 4400-4499 is final (the client must not return by itself), every other code is
 * transient. y-websocket 3.1 obeys exactly this band. docs/errors.md lists the same table, and a
 * test compares the two both ways.
 */

export interface Refusal {
  /** Status of an HTTP answer or of a refused upgrade. */
  readonly httpStatus: number
  /** WebSocket close code, where a connection can be closed for this reason. */
  readonly closeCode?: number
  /** Safe to show to anyone: no names, no content, no paths. At most 123 bytes (RFC 6455 §5.5). */
  readonly text: string
}

export const REFUSALS = {
  malformed: { httpStatus: 400, closeCode: 4400, text: 'The data sent is not a valid message.' },
  'bad-name': { httpStatus: 400, closeCode: 4400, text: 'The document name is not valid: 1 to 512 bytes of UTF-8.' },
  unauthenticated: { httpStatus: 401, closeCode: 4401, text: 'A valid login is needed.' },
  forbidden: { httpStatus: 403, closeCode: 4403, text: 'You may not open this document.' },
  'read-only': { httpStatus: 403, text: 'You may read this document, but not change it.' },
  'not-yours': { httpStatus: 403, closeCode: 4403, text: 'Changes cannot be made in the name of somebody else.' },
  'origin-refused': { httpStatus: 403, closeCode: 4403, text: 'Pages of this origin may not connect to this server.' },
  'not-found': { httpStatus: 404, text: 'There is nothing at this address.' },
  deleted: { httpStatus: 410, closeCode: 4404, text: 'This document was deleted.' },
  outdated: { httpStatus: 409, closeCode: 4409, text: 'This copy of the document is outdated.' },
  'schema-outdated': { httpStatus: 409, text: 'This editor is not of a version that may change documents here.' },
  'too-large': { httpStatus: 413, closeCode: 4413, text: 'The message is larger than this server accepts.' },
  'document-full': { httpStatus: 413, text: 'This document is as large as this server lets it become.' },
  'file-too-large': { httpStatus: 413, text: 'The file is larger than this server accepts.' },
  'unsupported-file': { httpStatus: 415, text: 'Only PNG, JPEG, GIF, WebP and AVIF pictures are taken.' },
  'upgrade-required': { httpStatus: 426, text: 'WebSocket version 13 is needed here.' },
  'header-too-large': { httpStatus: 431, text: 'The head of the request is larger than this server accepts.' },
  'too-slow': { httpStatus: 408, text: 'The request took too long.' },
  'text-frame': { httpStatus: 415, closeCode: 1003, text: 'Only binary messages are understood.' },
  internal: { httpStatus: 500, closeCode: 1011, text: 'Something went wrong on the server. Please try again.' },
  restarting: { httpStatus: 503, closeCode: 1012, text: 'The server is restarting.' },
  'storage-down': { httpStatus: 503, closeCode: 1013, text: 'The server cannot save at the moment.' },
  'auth-down': { httpStatus: 503, closeCode: 1013, text: 'Logins cannot be checked at the moment. Please try again.' },
  overloaded: { httpStatus: 503, closeCode: 1013, text: 'The server is busy. Please try again.' },
  'too-many-connections': { httpStatus: 429, closeCode: 1013, text: 'There are too many connections. Please try again later.' },
  'too-many-requests': { httpStatus: 429, text: 'There are too many requests. Please try again later.' },
  'too-fast': { httpStatus: 429, closeCode: 1013, text: 'Too much was sent for too long. Please try again later.' },
} as const satisfies Record<string, Refusal>

export type RefusalCode = keyof typeof REFUSALS

/** Whether a client that was closed with this code must stay away (RFC 6455 private range, split as y-websocket 3.1 does). */
export const isFinalCloseCode = (closeCode: number): boolean => closeCode >= 4400 && closeCode < 4500

/** The refusal whose close code this is; the first in the table where several share one. */
export function refusalOfCloseCode(closeCode: number): RefusalCode | undefined {
  for (const [code, refusal] of Object.entries(REFUSALS)) {
    if ('closeCode' in refusal && refusal.closeCode === closeCode) return code as RefusalCode
  }
  return undefined
}

/** Bytes that are not what the protocol says. The message names the rule broken, never the content. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError'
  readonly code = 'malformed' satisfies RefusalCode
}
