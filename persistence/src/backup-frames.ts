/**
 * The file format of a backup, format 1: a line of text, then frames.
 *
 * Owns: every byte of a part. Does not own: which records a part holds (backup.ts), or where it lies.
 * Always holds: whatever is read back is what was written, or reading throws; no frame is larger than
 * the file that it stands in, whatever its length claims.
 *
 * part = `COWRITE-BACKUP 1\n` · frames.
 * frame = length of the payload (u32, big-endian) · CRC-32 of the payload (u32, big-endian) · payload.
 * payload = kind (1 byte) · content:
 *   H  JSON of PartHeader; the first frame, once.
 *   P  length of the key (u16, big-endian) · key · value: this record is there now, as the data directory has it.
 *   D  key: a record of an earlier part is gone.
 *   E  JSON of PartEnd; the last frame, once. A part without it was cut short.
 * P and D come in the order of the keys, each key at most once.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { OperatorError } from './operator-error.js'

const MAGIC = Buffer.from('COWRITE-BACKUP 1\n')
const FRAME_HEADER_BYTES = 8
/** Read at once. */
const CHUNK_BYTES = 256 * 1024

const KIND = { header: 0x48, put: 0x50, delete: 0x44, end: 0x45 } as const

export interface PartHeader {
  readonly format: 1
  /** Which database this is of: the `id` of its format record. */
  readonly database: string
  /** 1, 2, 3 … in this directory. */
  readonly part: number
  /** Identity of this part. */
  readonly id: string
  /** Identity of the part that this one adds to; absent in a full one. */
  readonly base?: string
  /** When it was begun, in milliseconds since 1970; for people. */
  readonly time: number
}

export interface PartEnd {
  readonly puts: number
  readonly deletes: number
  /** Records that all parts up to this one amount to. */
  readonly records: number
  /** Bytes of their keys and values. */
  readonly bytes: number
}

/** One record of a part; without a value it is gone. */
export interface Change {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

export const headerBytes = (header: PartHeader): Uint8Array =>
  Buffer.concat([MAGIC, frame(KIND.header, Buffer.from(JSON.stringify(header)))])

export function changeBytes({ key, value }: Change): Uint8Array {
  if (value === undefined) return frame(KIND.delete, key)
  const length = new Uint8Array(2)
  new DataView(length.buffer).setUint16(0, key.length)
  return frame(KIND.put, length, key, value)
}

export const endBytes = (end: PartEnd): Uint8Array => frame(KIND.end, Buffer.from(JSON.stringify(end)))

function frame(kind: number, ...contents: Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, { length }) => sum + length, 1)
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + length)
  bytes[FRAME_HEADER_BYTES] = kind
  let at = FRAME_HEADER_BYTES + 1
  for (const content of contents) {
    bytes.set(content, at)
    at += content.length
  }
  const view = new DataView(bytes.buffer)
  view.setUint32(0, length)
  view.setUint32(4, crc32(bytes.subarray(FRAME_HEADER_BYTES)))
  return bytes
}

/** Reads one part from its beginning to its end. */
export class PartReader {
  readonly header: PartHeader
  readonly #file: FileHandle
  readonly #path: string
  readonly #size: number
  /** Where the next read begins. */
  #position: number
  /** What was read and is not yet given out. */
  #rest: Buffer
  #end: PartEnd | undefined

  private constructor(path: string, file: FileHandle, size: number, header: PartHeader, position: number) {
    this.#path = path
    this.#file = file
    this.#size = size
    this.header = header
    this.#position = position
    this.#rest = Buffer.alloc(0)
  }

  /** @throws OperatorError `damaged` when it is no part, `unusable` when a later program wrote it. */
  static async open(path: string): Promise<PartReader> {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      const start = await readAt(file, 0, MAGIC.length + FRAME_HEADER_BYTES)
      if (!start.subarray(0, MAGIC.length).equals(MAGIC)) {
        const newer = /^COWRITE-BACKUP (\d+)\n/.exec(start.toString('latin1'))
        if (newer) throw new OperatorError('unusable', `${path} was written by a newer version of the program.`)
        throw damaged(path, 'it does not begin as one')
      }
      const position = MAGIC.length
      const length = start.length < position + FRAME_HEADER_BYTES ? 0 : start.readUInt32BE(position)
      if (length === 0 || length > size) throw damaged(path, 'it is cut short')
      const bytes = await readAt(file, position, FRAME_HEADER_BYTES + length)
      const payload = payloadAt(bytes, 0, path)
      if (payload?.[0] !== KIND.header) throw damaged(path, 'it has no header')
      return new PartReader(path, file, size, JSON.parse(textOf(payload)) as PartHeader, position + bytes.length)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** What the part says of itself at its end; there once `next` gave nothing. */
  get end(): PartEnd {
    if (this.#end === undefined) throw new Error('the part was not read to its end')
    return this.#end
  }

  /** The next records, in the order of the keys; undefined after the last. @throws OperatorError `damaged` */
  async next(): Promise<Change[] | undefined> {
    if (this.#end !== undefined) return undefined
    const found: Change[] = []
    await this.#readMore()
    let at = 0
    for (;;) {
      const payload = payloadAt(this.#rest, at, this.#path)
      if (payload === undefined) break
      at += FRAME_HEADER_BYTES + payload.length
      if (payload[0] === KIND.end) {
        this.#end = JSON.parse(textOf(payload)) as PartEnd
        return found
      }
      found.push(changeOf(payload, this.#path))
    }
    this.#rest = this.#rest.subarray(at)
    return found
  }

  /** Bytes of the part, and how many of them were read. */
  get progress(): { readonly done: number; readonly total: number } {
    return { done: this.#position, total: this.#size }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** Reads a chunk, or as much as the frame that is begun still needs. */
  async #readMore(): Promise<void> {
    const needed = this.#rest.length < 4 ? 0 : FRAME_HEADER_BYTES + this.#rest.readUInt32BE(0) - this.#rest.length
    if (needed > this.#size - this.#position) throw damaged(this.#path, 'a length leads beyond its end')
    const chunk = await readAt(this.#file, this.#position, Math.max(needed, CHUNK_BYTES))
    if (chunk.length === 0) throw damaged(this.#path, 'it is cut short')
    this.#position += chunk.length
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

/** The payload of the frame that begins here; undefined when it is not all there yet. */
function payloadAt(bytes: Buffer, at: number, path: string): Buffer | undefined {
  if (bytes.length < at + FRAME_HEADER_BYTES) return undefined
  const length = bytes.readUInt32BE(at)
  if (length === 0) throw damaged(path, 'a frame is empty')
  const start = at + FRAME_HEADER_BYTES
  if (bytes.length < start + length) return undefined
  const payload = bytes.subarray(start, start + length)
  if (crc32(payload) !== bytes.readUInt32BE(at + 4)) throw damaged(path, 'a checksum does not fit')
  return payload
}

function changeOf(payload: Buffer, path: string): Change {
  if (payload[0] === KIND.delete) return { key: payload.subarray(1), value: undefined }
  const keyEnd = payload.length < 3 ? Infinity : 3 + payload.readUInt16BE(1)
  if (payload[0] !== KIND.put || keyEnd > payload.length) throw damaged(path, 'a frame is none of its format')
  return { key: payload.subarray(3, keyEnd), value: payload.subarray(keyEnd) }
}

const textOf = (payload: Buffer): string => payload.toString('utf8', 1)

const damaged = (path: string, what: string): OperatorError =>
  new OperatorError('damaged', `The backup file ${path} is damaged: ${what}.`)
