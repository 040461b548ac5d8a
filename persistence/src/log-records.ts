/**
 * The records of the log: one update, a block of those that one append brought, or a pack of those that a snapshot covers.
 *
 * Owns: their values. Does not own: keys (keys.ts), the layout of many updates (log-block.ts), when to pack (level-pack.ts).
 * Always holds: `openLog` gives back exactly the updates that were sealed, numbered, or throws `DamagedRecord`;
 * no value unpacks to more than MAX_BODY_BYTES, whatever it claims.
 *
 * payload of one = time (double) · author there (u8) · author · update.
 * payload of a block or pack = method (u8: 0 plain, 1 deflated) · if deflated the length of the body · body.
 */
import { promisify } from 'node:util'
import { deflateRaw, inflateRawSync } from 'node:zlib'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { Form, logKey, type Span } from './keys.js'
import { BLOCK_BYTES, decodeBlock, encodeBlock, type LoggedUpdate } from './log-block.js'
import { read, seal } from './records.js'
import type { LogRecord } from './storage.js'

/** A record with its key. */
export type Sealed = [key: Uint8Array, value: Uint8Array]

/** What is larger is not deflated, and is refused where it claims to be. Blocks have a quarter of it; one update may have more. */
const MAX_BODY_BYTES = 4 * BLOCK_BYTES

const PLAIN = 0
const DEFLATED = 1

const deflated = promisify(deflateRaw)

/** These updates, of which the first has this number, as one record: at most a block of them. */
export function sealUpdates(start: Uint8Array, from: number, updates: readonly LoggedUpdate[]): Sealed {
  const [only] = updates
  const span: Span = { from, to: from + updates.length - 1, form: updates.length === 1 ? Form.one : Form.block }
  const key = logKey(start, span)
  return [key, only !== undefined && span.form === Form.one ? sealOne(key, only) : seal(key, prefixed([PLAIN], encodeBlock(updates)))]
}

/** The same, packed; the work is done beside the event loop. */
export async function sealPack(start: Uint8Array, from: number, updates: readonly LoggedUpdate[]): Promise<Sealed> {
  const key = logKey(start, { from, to: from + updates.length - 1, form: Form.pack })
  const body = encodeBlock(updates)
  if (body.length > MAX_BODY_BYTES) return [key, seal(key, prefixed([PLAIN], body))]
  const head = encoding.encode((encoder) => {
    encoding.writeUint8(encoder, DEFLATED)
    encoding.writeVarUint(encoder, body.length)
  })
  return [key, seal(key, prefixed(head, await deflated(body)))]
}

export const sealOne = (key: Uint8Array, { time, author, update }: LoggedUpdate): Uint8Array =>
  seal(key, encoding.encode((encoder) => {
    encoding.writeFloat64(encoder, time)
    encoding.writeUint8(encoder, author === undefined ? 0 : 1)
    if (author !== undefined) encoding.writeVarString(encoder, author)
    encoding.writeUint8Array(encoder, update)
  }))

/** @throws DamagedRecord */
export function openLog(key: Uint8Array, value: Uint8Array, { from, to, form }: Span): LogRecord[] {
  if (form === Form.one) return [openOne(key, value, to)]
  return read(key, value, (decoder) => {
    const method = decoding.readUint8(decoder)
    if (method !== PLAIN && method !== DEFLATED) throw new Error('it was packed in no known way')
    const length = method === DEFLATED ? decoding.readVarUint(decoder) : 0
    const stored = decoding.readTailAsUint8Array(decoder)
    const updates = decodeBlock(method === DEFLATED ? inflated(stored, length) : stored, to - from + 1)
    return updates.map((update, index) => ({ sequence: from + index, ...update }))
  })
}

const openOne = (key: Uint8Array, value: Uint8Array, sequence: number): LogRecord =>
  read(key, value, (decoder) => {
    const time = decoding.readFloat64(decoder)
    const author = decoding.readUint8(decoder) === 1 ? decoding.readVarString(decoder) : undefined
    const update = decoding.readTailAsUint8Array(decoder)
    return author === undefined ? { sequence, update, time } : { sequence, update, author, time }
  })

function inflated(bytes: Uint8Array, length: number): Uint8Array {
  if (length > MAX_BODY_BYTES) throw new Error('it claims to hold more than any pack does')
  // One byte more than it may give tells a longer one from one that ends there.
  const body = inflateRawSync(bytes, { maxOutputLength: length + 1 })
  if (body.length !== length) throw new Error('it does not hold as many bytes as it claims')
  return body
}

function prefixed(head: ArrayLike<number>, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + body.length)
  bytes.set(head)
  bytes.set(body, head.length)
  return bytes
}
