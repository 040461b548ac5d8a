/**
 * The messages of the y-websocket protocol and Cowrite's extensions, as bytes.
 *
 * Owns: message numbers and their pure encoding and decoding, one message per frame.
 * Does not own: what an update or an awareness payload contains (update.ts, awareness.ts).
 * Always holds: decoding never throws anything but `MalformedError`, never allocates more than the
 * frame holds, and refuses bytes after the message's end.
 *
 * Source of the format: y-protocols 1.0 (`sync.js`, `awareness.js`, `auth.js`) and the y-websocket
 * 3.1 client, which reads exactly one message from each frame and ignores the rest.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { assertDigest } from './digest.js'
import { MalformedError } from './errors.js'
import { uintLength, writeUint } from './var-uint.js'

/** First byte of every frame. */
export const MessageType = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  /** Cowrite's (and y-sweet's) question "is all that I sent before this saved?". */
  saved: 102,
  /** Cowrite's: "this is the lineage that I have" and "this is the document's". */
  epoch: 103,
  /** Cowrite's: "take this if the document is empty", and whether it was taken. */
  seed: 104,
  /** Cowrite's renewal of a token on the live connection, and the server's word on what the client may do (access.ts). */
  token: 105,
  /** Cowrite's comparison of two copies of a document: a digest, or nothing for "we differ, ask me for what you lack". */
  digest: 106,
} as const

/** Second byte of a sync frame. */
export const SyncType = { step1: 0, step2: 1, update: 2 } as const

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What a client may send. Payloads are views into the received frame, not copies. */
export type ClientMessage =
  | { type: 'step1'; stateVector: Uint8Array }
  | { type: 'step2'; update: Uint8Array }
  | { type: 'update'; update: Uint8Array }
  | { type: 'awareness'; update: Uint8Array }
  | { type: 'queryAwareness' }
  | { type: 'saved'; payload: Uint8Array }
  /** `epoch` is absent when the client has no copy yet and only asks. */
  | { type: 'epoch'; epoch: string | undefined }
  /** `question` is a number of the client's, which the answer repeats. */
  | { type: 'seed'; question: number; update: Uint8Array }
  | { type: 'token'; token: string }
  | { type: 'digest'; digest: Uint8Array }
  | { type: 'differs' }

/** Longest payload of a `saved` question, in bytes; a counter takes at most 11. */
export const MAX_SAVED_PAYLOAD_BYTES = 64

/** What an epoch looks like; the server makes them, as UUIDs. */
const EPOCH = /^[\w-]{1,64}$/

/** Longest token, in bytes: with the rest of a request it has to fit into HTTP headers of 16 KiB. */
export const MAX_TOKEN_BYTES = 8_192

/**
 * Reads one frame that a client sent.
 * @throws MalformedError when it is not exactly one known message.
 */
export function decodeClientMessage(frame: Uint8Array): ClientMessage {
  const decoder = decoding.createDecoder(frame)
  try {
    const message = readMessage(decoder)
    if (decoding.hasContent(decoder)) throw new MalformedError('bytes after the end of the message')
    return message
  } catch (error) {
    // lib0 throws plain Errors at a truncated varint and at a length beyond the frame's end.
    if (error instanceof MalformedError) throw error
    throw new MalformedError('truncated message', { cause: error })
  }
}

function readMessage(decoder: decoding.Decoder): ClientMessage {
  const type = decoding.readVarUint(decoder)
  switch (type) {
    case MessageType.sync: {
      const syncType = decoding.readVarUint(decoder)
      const payload = decoding.readVarUint8Array(decoder)
      if (syncType === SyncType.step1) return { type: 'step1', stateVector: payload }
      if (syncType === SyncType.step2) return { type: 'step2', update: payload }
      if (syncType === SyncType.update) return { type: 'update', update: payload }
      throw new MalformedError(`unknown sync message ${syncType}`)
    }
    case MessageType.awareness:
      return { type: 'awareness', update: decoding.readVarUint8Array(decoder) }
    case MessageType.queryAwareness:
      return { type: 'queryAwareness' }
    case MessageType.saved: {
      const payload = decoding.readTailAsUint8Array(decoder)
      if (payload.length > MAX_SAVED_PAYLOAD_BYTES) throw new MalformedError('saved payload too long')
      return { type: 'saved', payload }
    }
    case MessageType.epoch: {
      if (!decoding.hasContent(decoder)) return { type: 'epoch', epoch: undefined }
      const epoch = decoding.readVarString(decoder)
      if (!EPOCH.test(epoch)) throw new MalformedError('no epoch')
      return { type: 'epoch', epoch }
    }
    case MessageType.seed: {
      const question = decoding.readVarUint(decoder)
      return { type: 'seed', question, update: decoding.readTailAsUint8Array(decoder) }
    }
    case MessageType.token: {
      const bytes = decoding.readVarUint8Array(decoder)
      if (bytes.length > MAX_TOKEN_BYTES) throw new MalformedError('token too long')
      return { type: 'token', token: strictUtf8.decode(bytes) }
    }
    case MessageType.digest: {
      const payload = decoding.readTailAsUint8Array(decoder)
      return payload.length === 0 ? { type: 'differs' } : { type: 'digest', digest: assertDigest(payload) }
    }
    default:
      throw new MalformedError(`unknown message type ${type}`)
  }
}

/** In one allocation, since it is made for every edit: lib0's encoder would take a hundred bytes more, and copy a large payload twice. */
function encodeSync(syncType: number, payload: Uint8Array): Uint8Array {
  const message = new Uint8Array(2 + uintLength(payload.length) + payload.length)
  message[0] = MessageType.sync
  message[1] = syncType
  message.set(payload, writeUint(message, 2, payload.length))
  return message
}

/** "This is what I have; send me what I lack." */
export const encodeStep1 = (stateVector: Uint8Array): Uint8Array => encodeSync(SyncType.step1, stateVector)

/** The answer to a step 1: everything the asker lacks. */
export const encodeStep2 = (update: Uint8Array): Uint8Array => encodeSync(SyncType.step2, update)

/** A new update. */
export const encodeUpdate = (update: Uint8Array): Uint8Array => encodeSync(SyncType.update, update)

/** Presence changes; the payload comes from `encodeAwarenessStates`. */
export const encodeAwareness = (update: Uint8Array): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MessageType.awareness)
    encoding.writeVarUint8Array(encoder, update)
  })

/** The y-protocols "permission denied" message: stock clients log it and stay connected. */
export const encodePermissionDenied = (reason: string): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MessageType.auth)
    encoding.writeVarUint(encoder, 0)
    encoding.writeVarString(encoder, reason)
  })

/** The question (from a client) and, with the same payload, the answer (from the server). */
export const encodeSaved = (payload: Uint8Array): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MessageType.saved)
    encoding.writeUint8Array(encoder, payload)
  })

/** From a client: the lineage that it has, or undefined to ask only. From the server: the document's; empty while it is not stored. */
export const encodeEpoch = (epoch: string | undefined): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MessageType.epoch)
    if (epoch !== undefined) encoding.writeVarString(encoder, epoch)
  })

/** From a client: content for a document that is empty. */
export const encodeSeed = (question: number, update: Uint8Array): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MessageType.seed)
    encoding.writeVarUint(encoder, question)
    encoding.writeUint8Array(encoder, update)
  })

/** From the server: whether that seed was taken. Whatever the document holds instead is saved by then, as is the seed. */
export const encodeSeeded = (question: number, taken: boolean): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MessageType.seed)
    encoding.writeVarUint(encoder, question)
    encoding.writeUint8(encoder, taken ? 1 : 0)
  })

/** "This is the digest of my copy"; from either side. */
export const encodeDigest = (digest: Uint8Array): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MessageType.digest)
    encoding.writeUint8Array(encoder, digest)
  })

/** A client's "we differ: ask me for what you lack". */
export const DIFFERS_FRAME: Uint8Array = encodeDigest(new Uint8Array())

/** An awareness message that says nothing: legal, and all that a y-websocket client needs to stay connected. */
export const KEEP_ALIVE_FRAME: Uint8Array = encodeAwareness(new Uint8Array([0]))
