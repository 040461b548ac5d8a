/**
 * Random edits of one document: text with formats, XML, maps, lists, and undo.
 *
 * Owns: what a person at an editor may do. Does not own: who does it when (simulation.ts).
 * Always holds: content compares equal as JSON.
 */
import * as Y from 'yjs'
import type { Random } from '../protocol/random.js'

/** A document's shared types, in a form that can be compared. */
export const contentOf = (doc: Y.Doc): unknown => ({
  text: doc.getText('text').toDelta() as unknown,
  xml: doc.getXmlFragment('xml').toString(),
  map: doc.getMap('map').toJSON(),
  list: doc.getArray('list').toJSON(),
})

/** Undo over all of it, each edit by itself. */
export const undoOf = (doc: Y.Doc): Y.UndoManager =>
  new Y.UndoManager([doc.getText('text'), doc.getXmlFragment('xml'), doc.getMap('map'), doc.getArray('list')], {
    captureTimeout: 0,
  })

/**
 * No pairs of surrogates: an edit between their halves splits them on that client alone and Yjs then
 * shows two replacement characters there, which is no fault of a server. No editor edits there.
 */
const WORDS = ['a', 'lorem ipsum ', 'é', '漢字', '\n', 'x'.repeat(40)]
const KEYS = ['title', 'colour', 'size']

/** One random edit, of one or several steps in one transaction. */
export function editAtRandom(doc: Y.Doc, undo: Y.UndoManager, random: Random): void {
  if (random.chance(0.1)) undo.undo()
  else if (random.chance(0.05)) undo.redo()
  else doc.transact(() => {
    for (let steps = random.chance(0.2) ? 3 : 1; steps > 0; steps--) random.pick(EDITS)(doc, random)
  })
}

const EDITS: readonly ((doc: Y.Doc, random: Random) => void)[] = [
  (doc, random) => typeOrErase(doc.getText('text'), random),
  (doc, random) => typeOrErase(doc.getText('text'), random),
  (doc, random) => format(doc.getText('text'), random),
  (doc, random) => editXml(doc.getXmlFragment('xml'), random),
  (doc, random) => editMap(doc.getMap('map'), random),
  (doc, random) => editList(doc.getArray('list'), random),
]

function typeOrErase(text: Y.Text, random: Random): void {
  const at = random.int(text.length + 1)
  const erased = Math.min(random.int(8), text.length - at)
  if (random.chance(0.4) && erased > 0) text.delete(at, erased)
  else text.insert(at, random.pick(WORDS))
}

function format(text: Y.Text, random: Random): void {
  const at = random.int(text.length + 1)
  const span = Math.min(1 + random.int(10), text.length - at)
  if (span > 0) text.format(at, span, { bold: random.pick([true, null]) })
}

function editXml(xml: Y.XmlFragment, random: Random): void {
  const at = random.int(xml.length + 1)
  const chosen = xml.length > 0 ? xml.get(random.int(xml.length)) : undefined
  if (random.chance(0.2) && at < xml.length) xml.delete(at, 1)
  else if (chosen instanceof Y.XmlElement && random.chance(0.6)) editElement(chosen, random)
  else if (chosen instanceof Y.XmlText && random.chance(0.5)) typeOrErase(chosen, random)
  else xml.insert(at, [random.chance(0.5) ? new Y.XmlElement('p') : new Y.XmlText('t')])
}

function editElement(element: Y.XmlElement, random: Random): void {
  if (random.chance(0.4)) element.setAttribute(random.pick(KEYS), random.pick(WORDS))
  else editXml(element, random)
}

function editMap(map: Y.Map<unknown>, random: Random): void {
  const key = random.pick(KEYS)
  const nested = map.get(key)
  if (random.chance(0.2)) map.delete(key)
  else if (nested instanceof Y.Map && random.chance(0.6)) editMap(nested, random)
  else map.set(key, random.chance(0.3) ? new Y.Map() : random.int(1000))
}

function editList(list: Y.Array<unknown>, random: Random): void {
  const at = random.int(list.length + 1)
  if (random.chance(0.3) && at < list.length) list.delete(at, 1 + random.int(Math.min(3, list.length - at)))
  else list.insert(at, random.chance(0.2) ? [Y.Array.from([random.int(9)])] : [random.int(1000), random.pick(WORDS)])
}
