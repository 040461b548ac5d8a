/**
 * Making a Yjs document hold what another one holds, whatever kind of editor wrote it.
 *
 * Owns: the comparison, root by root, and writing the difference.
 * Does not own: threads and updates (restoring.ts). Not the editor's own comparison (editor/diff), which knows one
 * schema: documents of every editor are kept here, and a server needs no editor to run.
 * Always holds: what is equal at the beginning and at the end of a text or a list is not touched; nothing is
 * shared between the two documents.
 */
import * as Y from 'yjs'

type Root = NonNullable<ReturnType<Y.Doc['share']['get']>>
type XmlChild = Y.XmlElement | Y.XmlText | Y.XmlHook

/** Makes `present` hold what `former` holds, in one transaction. */
export function bringBack(present: Y.Doc, former: Y.Doc): void {
  present.transact(() => {
    for (const name of new Set([...present.share.keys(), ...former.share.keys()])) {
      const kind = kindOf(former.share.get(name)) ?? kindOf(present.share.get(name))
      if (kind === 'text') bringTextBack(present.getText(name), former.getText(name))
      else if (kind === 'xml') bringChildrenBack(present.getXmlFragment(name), former.getXmlFragment(name))
      else if (kind === 'array') bringArrayBack(present.getArray(name), former.getArray(name))
      else if (kind === 'map') bringMapBack(present.getMap(name), former.getMap(name))
    }
  })
}

/** A root says what it is by what is in it: an update names no kind for it. */
function kindOf(root: Root | undefined): 'text' | 'xml' | 'array' | 'map' | undefined {
  if (root === undefined) return undefined
  const { _start: first, _map: entries } = root
  for (let item = first; item !== null; item = item.right) {
    const { content } = item
    if (content instanceof Y.ContentDeleted) continue
    if (content instanceof Y.ContentString || content instanceof Y.ContentFormat || content instanceof Y.ContentEmbed) return 'text'
    const isXml = content instanceof Y.ContentType && (content.type instanceof Y.XmlElement || content.type instanceof Y.XmlText || content.type instanceof Y.XmlHook)
    return isXml ? 'xml' : 'array'
  }
  return entries.size > 0 ? 'map' : undefined
}

/** How many of two lists are equal at the beginning, and how many of the rest at the end. */
function equalEnds(a: readonly string[], b: readonly string[]): { start: number; end: number } {
  const most = Math.min(a.length, b.length)
  let start = 0
  while (start < most && a[start] === b[start]) start++
  let end = 0
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return { start, end }
}

interface Piece {
  readonly insert: unknown
  readonly attributes?: Record<string, unknown>
}

/** One for each place of a text: a whole character, or what is embedded, each with its marks. */
const placesOf = (delta: readonly Piece[]): Piece[] =>
  delta.flatMap((piece) => (typeof piece.insert === 'string' ? [...piece.insert].map((insert) => ({ ...piece, insert })) : [piece]))

const lengthOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, { insert }) => sum + (typeof insert === 'string' ? insert.length : 1), 0)

function bringTextBack(present: Y.Text, former: Y.Text): void {
  const [now, then] = [placesOf(present.toDelta() as Piece[]), placesOf(former.toDelta() as Piece[])]
  const { start, end } = equalEnds(now.map(signature), then.map(signature))
  const [gone, back] = [now.slice(start, now.length - end), then.slice(start, then.length - end)]
  if (gone.length + back.length === 0) return
  // A mark that is not named would be taken over from the text before.
  const names = new Set([...now, ...then].flatMap(({ attributes = {} }) => Object.keys(attributes)))
  const none = Object.fromEntries([...names].map((name) => [name, null]))
  present.applyDelta([
    { retain: lengthOf(now.slice(0, start)) },
    ...back.map(({ insert, attributes }) => ({ insert: cloned(insert), attributes: { ...none, ...attributes } })),
    { delete: lengthOf(gone) },
  ])
}

function bringChildrenBack(present: Y.XmlFragment, former: Y.XmlFragment): void {
  const [now, then] = [present.toArray() as XmlChild[], former.toArray() as XmlChild[]]
  const { start, end } = equalEnds(now.map(signature), then.map(signature))
  const [gone, back] = [now.slice(start, now.length - end), then.slice(start, then.length - end)]
  if (gone.length === back.length && gone.every((child, index) => isAlike(child, back[index]!))) {
    gone.forEach((child, index) => bringNodeBack(child, back[index]!))
    return
  }
  if (gone.length > 0) present.delete(start, gone.length)
  if (back.length > 0) present.insert(start, back.map((child) => child.clone() as XmlChild) as (Y.XmlElement | Y.XmlText)[])
}

/** Whether the one can be turned into the other. */
const isAlike = (a: XmlChild, b: XmlChild): boolean =>
  a instanceof Y.XmlText ? b instanceof Y.XmlText : a instanceof Y.XmlElement && b instanceof Y.XmlElement && a.nodeName === b.nodeName

function bringNodeBack(present: XmlChild, former: XmlChild): void {
  if (present instanceof Y.XmlText && former instanceof Y.XmlText) return bringTextBack(present, former)
  if (!(present instanceof Y.XmlElement) || !(former instanceof Y.XmlElement)) return
  const then: Record<string, unknown> = former.getAttributes()
  for (const name of Object.keys(present.getAttributes())) if (!Object.hasOwn(then, name)) present.removeAttribute(name)
  for (const [name, value] of Object.entries(then)) {
    if (JSON.stringify(present.getAttribute(name)) !== JSON.stringify(value)) present.setAttribute(name, value as string)
  }
  bringChildrenBack(present, former)
}

function bringArrayBack(present: Y.Array<unknown>, former: Y.Array<unknown>): void {
  const [now, then] = [present.toArray(), former.toArray()]
  const { start, end } = equalEnds(now.map(signature), then.map(signature))
  const gone = now.length - start - end
  if (gone > 0) present.delete(start, gone)
  const back = then.slice(start, then.length - end)
  if (back.length > 0) present.insert(start, back.map(cloned))
}

function bringMapBack(present: Y.Map<unknown>, former: Y.Map<unknown>): void {
  for (const key of [...present.keys()]) if (!former.has(key)) present.delete(key)
  for (const [key, value] of former.entries()) if (signature(present.get(key)) !== signature(value)) present.set(key, cloned(value))
}

const cloned = (value: unknown): unknown => (value instanceof Y.AbstractType ? (value as Y.Map<unknown>).clone() : value)

/** Equal for equal content. */
function signature(value: unknown): string {
  if (value instanceof Y.XmlText || value instanceof Y.Text) return `t${(value.toDelta() as Piece[]).map(signature).join('')}`
  if (value instanceof Y.XmlElement) return `e${JSON.stringify([value.nodeName, sorted(value.getAttributes())])}[${value.toArray().map(signature).join('')}]`
  if (value instanceof Y.XmlFragment) return `f[${value.toArray().map(signature).join('')}]`
  if (value instanceof Y.Array) return `a[${value.toArray().map(signature).join(',')}]`
  if (value instanceof Y.Map) return `m{${[...value.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => JSON.stringify(key) + signature(part)).join(',')}}`
  if (isPiece(value)) return `p${signature(value.insert)}${JSON.stringify(sorted(value.attributes ?? {}))}`
  return value === undefined ? 'u' : `v${JSON.stringify(value, (_key, part: unknown) => (part instanceof Uint8Array ? [...part] : part))}`
}

const isPiece = (value: unknown): value is Piece => typeof value === 'object' && value !== null && 'insert' in value

const sorted = (values: object): [string, unknown][] => Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1))
