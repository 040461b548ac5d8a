/**
 * The content of a Yjs item: what follows its origins and parent.
 *
 * Owns: the ten content forms of update format v1 and lib0's "any" values.
 * Does not own: the item's head, clocks, or where it belongs (update-inspect.ts).
 * Always holds: content takes at least one clock, exactly as many as Yjs will count; reading does
 * not recurse; what Yjs or lib0 would choke on is refused.
 *
 * Source of the format: yjs 13.6 `structs/Content*.js`, lib0 0.2 `decoding.js` (`readAny`).
 */
import { MalformedError } from './errors.js'
import { isWord, skipJson } from './json-text.js'
import type { UpdateLimits } from './limits.js'
import {
  readByte, readByteLength, readCount, readVarUint, skip, skipBytes, skipText, skipUtf8, skipVarInt,
  type Reader,
} from './update-reader.js'

/** Low five bits of an item's info byte. 0 is a GC struct, 10 a Skip; neither has content. */
export const ContentRef = {
  deleted: 1,
  json: 2,
  binary: 3,
  string: 4,
  embed: 5,
  format: 6,
  type: 7,
  any: 8,
  doc: 9,
} as const

/** Array, map, text, XML element, XML fragment, XML hook, XML text. Elements and hooks have a name. */
const LAST_TYPE_REF = 6
const XML_ELEMENT = 3
const XML_HOOK = 5

/**
 * Steps over one item's content.
 * @returns the number of clocks it takes, at least 1.
 * @throws MalformedError
 */
export function skipContent(reader: Reader, contentRef: number, limits: UpdateLimits): number {
  switch (contentRef) {
    case ContentRef.deleted:
      return notZero(readVarUint(reader))
    case ContentRef.json: {
      const count = notZero(readCount(reader, 1))
      for (let i = 0; i < count; i++) skipJsonText(reader, limits, true)
      return count
    }
    case ContentRef.binary:
      skipBytes(reader)
      return 1
    case ContentRef.string:
      return notZero(skipText(reader))
    case ContentRef.embed:
      skipJsonText(reader, limits, false)
      return 1
    case ContentRef.format:
      skipText(reader)
      skipJsonText(reader, limits, false)
      return 1
    case ContentRef.type: {
      const typeRef = readVarUint(reader)
      if (typeRef > LAST_TYPE_REF) throw new MalformedError('unknown type')
      if (typeRef === XML_ELEMENT || typeRef === XML_HOOK) skipText(reader)
      return 1
    }
    case ContentRef.any: {
      const count = notZero(readCount(reader, 1))
      for (let i = 0; i < count; i++) skipAny(reader, limits.maxAnyDepth)
      return count
    }
    case ContentRef.doc:
      skipText(reader)
      skipSubdocumentOptions(reader, limits.maxAnyDepth)
      return 1
    default:
      throw new MalformedError('unknown content')
  }
}

function notZero(length: number): number {
  if (length === 0) throw new MalformedError('struct of length zero')
  return length
}

function skipJsonText(reader: Reader, limits: UpdateLimits, mayBeUndefined: boolean): void {
  const length = readByteLength(reader)
  const end = reader.pos + length
  // Yjs writes an undefined element of a JSON array content as this word.
  if (mayBeUndefined && isWord(reader.bytes, reader.pos, end, 'undefined')) reader.pos = end
  else skipJson(reader, end, limits.maxAnyDepth)
}

/** lib0's tags of a value, from 127 down. */
const AnyTag = {
  undefined: 127, null: 126, integer: 125, float32: 124, float64: 123, bigint: 122,
  false: 121, true: 120, string: 119, object: 118, array: 117, bytes: 116,
} as const

/**
 * Steps over one value of any kind. `open` counts, innermost last, what is left in each open
 * container: for an array its elements, for an object its pairs as a negative number.
 */
export function skipAny(reader: Reader, maxDepth: number): void {
  let open: number[] | undefined
  for (;;) {
    const tag = readByte(reader)
    if (tag === AnyTag.object || tag === AnyTag.array) {
      const count = readCount(reader, tag === AnyTag.object ? 2 : 1)
      open ??= []
      if (open.length === maxDepth) throw new MalformedError('value nested too deeply')
      open.push(tag === AnyTag.object ? -count : count)
    } else {
      skipScalar(reader, tag)
    }
    if (open === undefined) return
    while (open[open.length - 1] === 0) open.pop() // -0 === 0: an empty object is done as well
    const left = open[open.length - 1]
    if (left === undefined) return
    if (left < 0) {
      skipKey(reader)
      open[open.length - 1] = left + 1
    } else {
      open[open.length - 1] = left - 1
    }
  }
}

/**
 * Steps over an object's key. lib0 assigns `object[key]`, so `__proto__` with bytes makes the object
 * an instance of Uint8Array: it is read and applied, and from then on nobody can write the document,
 * because encoding takes it for bytes. Under that name everything else is merely lost.
 */
function skipKey(reader: Reader): void {
  const length = readByteLength(reader)
  const start = reader.pos
  skipUtf8(reader, start + length)
  if (reader.bytes[reader.pos] === AnyTag.bytes && isWord(reader.bytes, start, reader.pos, '__proto__')) {
    throw new MalformedError('bytes as a prototype')
  }
}

function skipScalar(reader: Reader, tag: number): void {
  switch (tag) {
    case AnyTag.undefined:
    case AnyTag.null:
    case AnyTag.false:
    case AnyTag.true:
      return
    case AnyTag.integer:
      return skipVarInt(reader)
    case AnyTag.float32:
      return skip(reader, 4)
    case AnyTag.float64:
    case AnyTag.bigint:
      return skip(reader, 8)
    case AnyTag.string:
      skipText(reader)
      return
    case AnyTag.bytes:
      return skipBytes(reader)
    default:
      throw new MalformedError('unknown kind of value')
  }
}

/**
 * Options of a subdocument: an object, else Yjs throws while reading it; and without a `guid`, which
 * would take the place of the one that stands before it and need not even be text.
 */
function skipSubdocumentOptions(reader: Reader, maxDepth: number): void {
  if (readByte(reader) !== AnyTag.object) throw new MalformedError('subdocument options are not an object')
  const count = readCount(reader, 2)
  for (let i = 0; i < count; i++) {
    const start = reader.pos
    skipKey(reader)
    if (isWord(reader.bytes, start + 1, reader.pos, 'guid')) {
      throw new MalformedError('subdocument options name a guid')
    }
    skipAny(reader, maxDepth - 1)
  }
}
