/**
 * Several people edit one Yjs document at random: every update that genuinely comes out of it.
 *
 * Owns: the random edits over all shared types, and the ways in which updates arise: live, merged,
 * as a difference, as a whole, and out of a document that waits for something.
 * Does not own: judging the updates.
 */
import * as Y from 'yjs'
import type { Random } from './random.js'

/** An update as Yjs wrote it, and a document state to which its author's belonged. */
export interface GenuineUpdate {
  readonly how: string
  readonly bytes: Uint8Array
}

const TEXTS = ['a', 'lorem ipsum', 'é', '😀', '\u0000', '﻿bom', 'a\ud800b', '漢字', '👩‍👩‍👧', '\n']
const KEYS = ['a', 'b', '', '__proto__', 'ключ', 'long key '.repeat(30)]

function value(random: Random, depth = 0): unknown {
  const kind = random.int(depth > 3 ? 9 : 12)
  switch (kind) {
    case 0: return null
    case 1: return undefined
    case 2: return random.chance(0.5)
    case 3: return random.int(2 ** 31) * random.pick([1, -1])
    case 4: return random.int(1000) / 8
    case 5: return random.int(2 ** 31) * 2 ** 22 + Math.PI
    case 6: return BigInt(random.int(2 ** 31)) * -3_000_000_000n
    case 7: return random.pick(TEXTS)
    case 8: return random.pick([0, -0, 63, 64, -64, 127, 128, NaN, Infinity, 2 ** 53 - 1, 2 ** 31])
    case 9: return new Uint8Array(random.int(5)).fill(random.int(256))
    case 10: return Array.from({ length: random.int(4) }, () => value(random, depth + 1))
    default: {
      const pairs = Array.from({ length: random.int(4) }, () => [random.pick(KEYS), value(random, depth + 1)] as const)
      // fromEntries defines `__proto__` as a key like any other. Bytes under that name Yjs itself cannot write again.
      return Object.fromEntries(pairs.filter(([key, item]) => key !== '__proto__' || !(item instanceof Uint8Array))) as unknown
    }
  }
}

const json = (random: Random): unknown =>
  random.pick([true, null, 1.5e300, -0, 'a"\\\u2028', {}, [], { a: [{ b: null }] }, { color: 'red', n: [1, 2] }, '\ud800'])

function newType(random: Random): Y.AbstractType<unknown> {
  const text = (): string => random.pick(TEXTS)
  switch (random.int(7)) {
    case 0: return Y.Array.from([1, 'x', null]) as Y.AbstractType<unknown>
    case 1: return new Y.Map(Object.entries({ k: 1, l: new Uint8Array([1]) })) as Y.AbstractType<unknown>
    case 2: return new Y.Text(text()) as Y.AbstractType<unknown>
    case 3: return new Y.XmlElement(random.pick(['p', '', 'paragraph'])) as Y.AbstractType<unknown>
    case 4: return new Y.XmlFragment() as Y.AbstractType<unknown>
    case 5: return new Y.XmlHook(random.pick(['hook', ''])) as unknown as Y.AbstractType<unknown>
    default: return new Y.XmlText(text()) as unknown as Y.AbstractType<unknown>
  }
}

const subdocument = (random: Random): Y.Doc =>
  new Y.Doc({ guid: `sub${random.int(99)}`, gc: random.chance(0.5), autoLoad: random.chance(0.5), meta: value(random) })

/** All types of a document that can be edited now, roots first. */
function typesOf(doc: Y.Doc): Y.AbstractType<unknown>[] {
  const types: Y.AbstractType<unknown>[] = [
    doc.getText('text'), doc.getMap('map'), doc.getArray('array'), doc.getXmlFragment('xml'), doc.get('ключ', Y.XmlText),
  ] as Y.AbstractType<unknown>[]
  for (let i = 0; i < types.length && types.length < 60; i++) {
    const type = types[i] as Y.AbstractType<unknown>
    if (type instanceof Y.Map) type.forEach((child) => child instanceof Y.AbstractType && types.push(child))
    else if (type instanceof Y.Array || type instanceof Y.XmlFragment) {
      for (const child of type.toArray() as unknown[]) if (child instanceof Y.AbstractType) types.push(child)
    }
  }
  return types
}

function editText(text: Y.Text, random: Random): void {
  const length = text.length
  const at = random.int(length + 1)
  const span = 1 + random.int(Math.max(1, Math.min(8, length - at)))
  switch (random.int(8)) {
    case 0: case 1: case 2: text.insert(at, random.pick(TEXTS)); break
    case 3: if (at + span <= length) text.delete(at, span); break
    case 4: if (at + span <= length) text.format(at, span, { [random.pick(KEYS)]: json(random) as object }); break
    case 5: text.insert(at, random.pick(TEXTS), { bold: random.pick([true, null]) }); break
    case 6: text.insertEmbed(at, (json(random) || {}) as object, random.chance(0.5) ? { link: { href: 'x' } } : {}); break
    default:
      if (text instanceof Y.XmlText) text.setAttribute(random.pick(KEYS), random.pick(TEXTS))
      else text.applyDelta([{ retain: at }, { insert: random.pick(TEXTS), attributes: { i: true } }])
  }
}

/** Arrays do not take these two at their top level; inside a value and in maps they are fine. */
const insertable = (item: unknown): unknown => (item === undefined || typeof item === 'bigint' ? null : item)

function editList(list: Y.Array<unknown> | Y.XmlFragment, random: Random): void {
  const at = random.int(list.length + 1)
  if (random.chance(0.25) && at < list.length) list.delete(at, 1 + random.int(Math.min(3, list.length - at)))
  else if (list instanceof Y.Array) {
    const content = random.pick([
      () => Array.from({ length: 1 + random.int(3) }, () => value(random)).map(insertable),
      () => [newType(random)],
      () => [subdocument(random), new Uint8Array([1, 2]), 'x'],
    ])()
    list.insert(at, content)
  } else {
    const child = random.chance(0.5) ? new Y.XmlText(random.pick(TEXTS)) : new Y.XmlElement('p')
    list.insert(at, [child])
  }
}

/** One random edit of one document. */
function edit(doc: Y.Doc, random: Random): void {
  const type = random.pick(typesOf(doc))
  if (type instanceof Y.Text) editText(type, random)
  else if (type instanceof Y.Map) {
    const key = random.pick(KEYS)
    if (random.chance(0.2)) type.delete(key)
    else type.set(key, random.pick([() => value(random), () => newType(random), () => subdocument(random)])())
  } else if (type instanceof Y.XmlElement && random.chance(0.3)) {
    if (random.chance(0.2)) type.removeAttribute('b')
    else type.setAttribute(random.pick(KEYS), random.pick(TEXTS))
  } else if (type instanceof Y.Array || type instanceof Y.XmlFragment) editList(type, random)
}

/** A document with someone at it, who can also undo. */
interface Author {
  readonly doc: Y.Doc
  readonly undo: Y.UndoManager
  /** What others sent and this one has not taken yet. */
  readonly inbox: Uint8Array[]
}

function newAuthor(random: Random, client: number): Author {
  const doc = new Y.Doc({ gc: random.chance(0.7) })
  doc.clientID = client
  const undo = new Y.UndoManager(typesOf(doc), { captureTimeout: 0, trackedOrigins: new Set([null]) })
  return { doc, undo, inbox: [] }
}

/**
 * Plays one editing session and hands over each update that comes out of it.
 * @param take is called with every update, in no promised order.
 */
export function playEditing(random: Random, steps: number, take: (update: GenuineUpdate) => void): Y.Doc[] {
  const clients = new Set<number>()
  const ids = [() => random.int(4), () => random.int(2 ** 32), () => 2 ** 32 + random.int(2 ** 20), () => 127 + random.int(3)]
  const authorCount = 2 + random.int(3)
  while (clients.size < authorCount) clients.add(random.pick(ids)())
  const authors = [...clients].map((client) => newAuthor(random, client))
  const log: Uint8Array[] = []
  for (const author of authors) {
    author.doc.on('update', (bytes: Uint8Array, origin: unknown) => {
      if (origin === 'remote') return
      take({ how: 'live', bytes })
      log.push(bytes)
      for (const other of authors) if (other !== author) other.inbox.push(bytes)
    })
  }
  for (let step = 0; step < steps; step++) {
    const author = random.pick(authors)
    const { doc, undo, inbox } = author
    const act = random.int(20)
    if (act < 10) doc.transact(() => { for (let i = random.int(3); i >= 0; i--) edit(doc, random) })
    else if (act < 11) undo.undo()
    else if (act < 12) undo.redo()
    else if (act < 16) {
      // Mostly in order; now and then one overtakes, so that the document has to wait for another.
      while (inbox.length > 0 && random.chance(0.9)) {
        const index = random.chance(0.1) ? random.int(inbox.length) : 0
        Y.applyUpdate(doc, inbox.splice(index, 1)[0] as Uint8Array, 'remote')
      }
    } else if (act < 18) {
      take({ how: 'difference', bytes: Y.encodeStateAsUpdate(doc, Y.encodeStateVector(random.pick(authors).doc)) })
    } else if (log.length > 1) {
      const from = random.int(log.length - 1)
      const some = log.slice(from, from + 2 + random.int(6)).filter(() => random.chance(0.9))
      if (some.length > 1) {
        const bytes = Y.mergeUpdates(some)
        take({ how: 'merged', bytes })
        take({ how: 'merged difference', bytes: Y.diffUpdate(bytes, Y.encodeStateVector(random.pick(authors).doc)) })
      }
    }
  }
  for (const { doc, inbox } of authors) {
    for (const bytes of inbox.splice(0)) Y.applyUpdate(doc, bytes, 'remote')
    const whole = Y.encodeStateAsUpdate(doc)
    take({ how: 'whole', bytes: whole })
    take({ how: 'deletions only', bytes: Y.diffUpdate(whole, Y.encodeStateVectorFromUpdate(whole)) })
  }
  return authors.map(({ doc }) => doc)
}
