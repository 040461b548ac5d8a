/**
 * One copy of yjs.
 *
 * Owns: telling whoever brings a document of another copy. Its types are not ours: `instanceof` fails inside Yjs, and
 * edits get lost without a word.
 */
import * as Y from 'yjs'

const TWO_COPIES_OF_YJS =
  'Two copies of yjs are loaded, and this document is of the other one: edits would get lost. Let the program have one: docs/embed.md, "One yjs".'

/** @throws TypeError unless the document is of the copy of yjs that this package uses */
export function refuseOtherYjs(ydoc: unknown): void {
  if (!(ydoc instanceof Y.Doc)) throw new TypeError(TWO_COPIES_OF_YJS)
}
