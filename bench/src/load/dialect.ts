/**
 * The bytes of a message in the dialect of each server: y-websocket, Hocuspocus, or none.
 *
 * Owns: paths, greetings and envelopes.
 * Does not own: updates and awareness states (typist.ts), frames (frames.ts).
 * Always holds: what a stock client of that server sends at its start is what we send.
 */
import * as encoding from 'lib0/encoding'
import type { ServerName } from '../scenario.js'

export interface Dialect {
  /** Path of the WebSocket for this document. */
  path(document: string): string
  /** Whether the server answers a step 1. */
  readonly answers: boolean
  /** Whether the server asks clients now and then whether they have everything. */
  readonly compares: boolean
  /** Messages before the first step 1. */
  greeting(document: string): Uint8Array[]
  /** What stands before the message's type in every message of this document, both ways. */
  envelope(document: string): Uint8Array
}

const yWebsocket: Dialect = {
  path: (document) => `/${document}`,
  answers: true,
  compares: false,
  greeting: () => [],
  envelope: () => new Uint8Array(0),
}

const cowrite: Dialect = { ...yWebsocket, compares: true }

/** Every frame is copied to everybody, so nothing is asked. */
const blind: Dialect = { ...yWebsocket, answers: false }

const hocuspocus: Dialect = {
  path: () => '/',
  answers: true,
  compares: false,
  greeting: (document) => [
    encoding.encode((encoder) => {
      encoding.writeVarString(encoder, document)
      encoding.writeVarUint(encoder, 2)
      encoding.writeVarUint(encoder, 0)
      encoding.writeVarString(encoder, '')
    }),
  ],
  envelope: (document) => encoding.encode((encoder) => encoding.writeVarString(encoder, document)),
}

const DIALECTS: Partial<Record<ServerName, Dialect>> = { cowrite, hocuspocus, blind }

export const dialectOf = (server: ServerName): Dialect => DIALECTS[server] ?? yWebsocket

export const SYNC = 0
export const AWARENESS = 1
export const STEP_1 = 0
export const STEP_2 = 1
export const UPDATE = 2

/** A sync message: `kind` is one of STEP_1, STEP_2, UPDATE. */
export function syncMessage(envelope: Uint8Array, kind: number, payload: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeUint8Array(encoder, envelope)
    encoding.writeVarUint(encoder, SYNC)
    encoding.writeVarUint(encoder, kind)
    encoding.writeVarUint8Array(encoder, payload)
  })
}

export function awarenessMessage(envelope: Uint8Array, payload: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeUint8Array(encoder, envelope)
    encoding.writeVarUint(encoder, AWARENESS)
    encoding.writeVarUint8Array(encoder, payload)
  })
}

/** State vector of who has nothing; also what a step 2 of nothing looks like but for one byte. */
export const NOTHING_KNOWN = new Uint8Array([0])
export const NOTHING_NEW = new Uint8Array([0, 0])
