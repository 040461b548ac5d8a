/**
 * Unsaved updates as one file.
 *
 * Owns: every byte of it. Does not own: where such files lie and what is done with them (server/spill.ts,
 * server/spill-intake.ts).
 * Always holds: what is read back is exactly what was written, record by record, whatever became of the
 * bytes around it; the rest is counted as damaged.
 *
 * file = `COWRITE-SPILL 1\n` · records; record = length of the payload (u32, big-endian) · CRC-32 (u32) over
 * length and payload · payload.
 */
import { crc32 } from 'node:zlib'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { LogEntry } from './storage.js'

const MAGIC = Buffer.from('COWRITE-SPILL 1\n')
const HEADER_BYTES = 8
const HAS_AUTHOR = 1
const HAS_RESTORE_POINT = 2

/** In pieces, to be written one after the other. */
export function* encodeSpill(entries: Iterable<LogEntry>): Generator<Uint8Array> {
  yield MAGIC
  for (const entry of entries) {
    const payload = encoding.encode((encoder) => {
      encoding.writeVarString(encoder, entry.name)
      encoding.writeVarString(encoder, entry.epoch ?? '')
      encoding.writeFloat64(encoder, entry.time)
      encoding.writeUint8(encoder, (entry.author === undefined ? 0 : HAS_AUTHOR) | (entry.restorePoint === undefined ? 0 : HAS_RESTORE_POINT))
      if (entry.author !== undefined) encoding.writeVarString(encoder, entry.author)
      if (entry.restorePoint !== undefined) encoding.writeVarString(encoder, entry.restorePoint)
      encoding.writeUint8Array(encoder, entry.update)
    })
    const record = Buffer.allocUnsafe(HEADER_BYTES + payload.length)
    record.writeUInt32BE(payload.length, 0)
    record.set(payload, HEADER_BYTES)
    record.writeUInt32BE(checksumOf(record), 4)
    yield record
  }
}

/** @returns what could be read, in order, and how many pieces could not. */
export function decodeSpill(bytes: Uint8Array): { entries: LogEntry[]; damaged: number } {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) return { entries: [], damaged: 1 }
  const entries: LogEntry[] = []
  let damaged = 0
  for (let at = MAGIC.length; at < file.length; ) {
    const end = at + HEADER_BYTES + (at + HEADER_BYTES <= file.length ? file.readUInt32BE(at) : Infinity)
    // Behind a length that cannot be, no record can be found any more.
    if (end > file.length) return { entries, damaged: damaged + 1 }
    const entry = entryOf(file.subarray(at, end))
    if (entry) entries.push(entry)
    else damaged++
    at = end
  }
  return { entries, damaged }
}

function entryOf(record: Buffer): LogEntry | undefined {
  if (record.readUInt32BE(4) !== checksumOf(record)) return undefined
  const decoder = decoding.createDecoder(record.subarray(HEADER_BYTES))
  const name = decoding.readVarString(decoder)
  const epoch = decoding.readVarString(decoder)
  const time = decoding.readFloat64(decoder)
  const has = decoding.readUint8(decoder)
  const author = has & HAS_AUTHOR ? decoding.readVarString(decoder) : undefined
  const restorePoint = has & HAS_RESTORE_POINT ? decoding.readVarString(decoder) : undefined
  const update = decoding.readTailAsUint8Array(decoder).slice()
  return { name, update, time, ...(epoch === '' ? {} : { epoch }), ...(author === undefined ? {} : { author }), ...(restorePoint === undefined ? {} : { restorePoint }) }
}

const checksumOf = (record: Buffer): number => crc32(record.subarray(HEADER_BYTES), crc32(record.subarray(0, 4)))
