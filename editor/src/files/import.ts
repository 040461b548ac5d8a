/**
 * A file as a document that fits this server.
 *
 * Owns: how large a file may be, what becomes of its pictures, and why it cannot be taken.
 * Does not own: the formats (convert/, docx/), where the document goes (placing.ts).
 * Always holds: no open document is touched here; pictures that stand in the file are brought to the server,
 * pictures of other servers become links, so that nobody is told who reads; what comes out passed the checks
 * of convert/, and the server takes it.
 */
import type { JSONContent } from '@tiptap/core'
import * as Y from 'yjs'
import type { UploadFile } from '../core/upload.js'
import { linkInstead, withAddress, withPictures } from './addresses.js'
import { formatOf } from './formats.js'

/** Largest file, in bytes. */
export const MAX_IMPORT_BYTES = 20 * 1024 * 1024
/** Largest document that may come of it, as an update, in bytes: it goes to the server in one message. */
export const MAX_IMPORTED_UPDATE_BYTES = 8 * 1024 * 1024
/** Most that it may consist of, in Yjs' structs; a server takes no more than 200,000 in one message. */
export const MAX_IMPORTED_STRUCTS = 150_000

/**
 * - `read-only`: nothing may be changed here
 * - `no-restore-point`: the server could not be asked to keep what would be replaced
 * - `too-large`: the file, or what it holds
 * - `unsupported`: of no kind that can be read
 * - `damaged`: it is not what its name says
 * - `unreadable`: the browser, or the network, gave no bytes
 */
export type ImportProblem = 'read-only' | 'no-restore-point' | 'too-large' | 'unsupported' | 'damaged' | 'unreadable'

export class ImportError extends Error {
  override readonly name = 'ImportError'
  constructor(
    readonly problem: ImportProblem,
    options?: ErrorOptions,
  ) {
    super(`the file cannot be imported: ${problem}`, options)
  }
}

export interface ImportOptions {
  /** The server's HTTP address, without a slash at its end. */
  readonly server: string
  /** Brings the pictures of the file to the server; without it they are left out. */
  readonly upload?: UploadFile
  readonly signal?: AbortSignal
  /** From 0 to 1. */
  progress?(part: number): void
}

export interface Imported {
  readonly json: JSONContent
  /** Pictures that could not be brought. */
  readonly lostPictures: number
  /** Pictures of other servers that became links. */
  readonly linkedPictures: number
}

/** Where pictures of the file stand until they have an address; a name that no server can have (RFC 2606). */
const OWN = 'https://picture.invalid/'

type Pictures = ReadonlyMap<string, { readonly type: string; readonly bytes: Uint8Array }>

/** @throws ImportError; the signal's reason */
export async function readDocument(file: File, options: ImportOptions): Promise<Imported> {
  const { signal, progress } = options
  if (file.size > MAX_IMPORT_BYTES) throw new ImportError('too-large')
  const bytes = await file.arrayBuffer().then((buffer) => new Uint8Array(buffer), (cause: unknown) => Promise.reject(new ImportError('unreadable', { cause })))
  signal?.throwIfAborted()
  progress?.(0.1)
  const read = await converted(file, bytes)
  signal?.throwIfAborted()
  progress?.(0.4)
  await requireFitting(read.json)
  const placed = await withPlacedPictures(read.json, read.pictures, options)
  signal?.throwIfAborted()
  progress?.(1)
  return placed
}

async function converted(file: File, bytes: Uint8Array): Promise<{ json: JSONContent; pictures: Pictures }> {
  const format = formatOf(file.name, file.type)
  if (format === undefined) throw new ImportError('unsupported')
  const { ConvertError, jsonOfHtml, jsonOfMarkdown, jsonOfText } = await loaded(import('../convert/index.js'))
  try {
    if (format === 'docx') {
      const { jsonOfDocx } = await loaded(import('../docx/index.js'))
      return await jsonOfDocx(bytes, (number) => OWN + number)
    }
    const { text, pictures } = takeOutPictures(textOf(bytes))
    const json = format === 'md' ? jsonOfMarkdown(text) : format === 'html' ? jsonOfHtml(text) : jsonOfText(text)
    return { json, pictures }
  } catch (cause) {
    if (cause instanceof ConvertError) throw new ImportError('damaged', { cause })
    throw cause
  }
}

/** Offline a converter that was never needed before is not there. */
const loaded = <T>(module: Promise<T>): Promise<T> => module.catch((cause: unknown) => Promise.reject(new ImportError('unreadable', { cause })))

/** UTF-8 or UTF-16, with or without a mark. Zeros are in no text: whatever its name says, that is something else. */
function textOf(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
  try {
    const text = new TextDecoder(utf16 ?? 'utf-8', { fatal: true }).decode(bytes)
    if (text.includes('\0')) throw new ImportError('damaged')
    return text
  } catch (cause) {
    throw cause instanceof ImportError ? cause : new ImportError('damaged', { cause })
  }
}

const EMBEDDED = /data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=\s]+?)(?=["')\s>])/g

/** Pictures written into the text are given addresses. */
function takeOutPictures(text: string): { text: string; pictures: Pictures } {
  const pictures = new Map<string, { type: string; bytes: Uint8Array }>()
  const rest = text.replace(EMBEDDED, (_, type: string, base64: string) => {
    const src = OWN + pictures.size
    pictures.set(src, { type, bytes: bytesOfBase64(base64) })
    return src
  })
  return { text: rest, pictures }
}

function bytesOfBase64(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64.replace(/\s+/g, '')), (character) => character.charCodeAt(0))
  } catch {
    return new Uint8Array() // the server will not take it
  }
}

/** @throws ImportError when the server would refuse the update */
async function requireFitting(json: JSONContent): Promise<void> {
  const { updateOfJson } = await loaded(import('../convert/index.js'))
  const update = updateOfJson(json)
  if (update.length > MAX_IMPORTED_UPDATE_BYTES || Y.decodeUpdate(update).structs.length > MAX_IMPORTED_STRUCTS) throw new ImportError('too-large')
}

async function withPlacedPictures(json: JSONContent, pictures: Pictures, options: ImportOptions): Promise<Imported> {
  const { server, upload, signal = new AbortController().signal, progress } = options
  const places = new Map<string, string>()
  let done = 0
  for (const [src, { type, bytes }] of pictures) {
    signal.throwIfAborted()
    const file = new File([bytes as BlobPart], 'picture', { type })
    const url = await upload?.(file, { signal, progress: () => undefined }).catch(() => undefined)
    if (url !== undefined) places.set(src, url)
    progress?.(0.4 + (0.6 * ++done) / pictures.size)
  }
  let [lostPictures, linkedPictures] = [0, 0]
  const placed = withPictures(json, (picture, src) => {
    const url = places.get(src)
    if (url !== undefined) return withAddress(picture, url)
    if (src === '' || src.startsWith(OWN)) {
      lostPictures++
      return undefined
    }
    if (src.startsWith(`${server}/files/`)) return withAddress(picture, src.slice(server.length))
    if (/^\/files\/[0-9a-f]{64}$/.test(src)) return picture
    linkedPictures++
    return linkInstead(picture, src)
  })
  return { json: placed, lostPictures, linkedPictures }
}
