/**
 * In the place of prosemirror-history in the built page: 5 kB that nobody would ever run.
 *
 * Owns: the three names that Tiptap's UndoRedo imports. StarterKit brings that extension along, and the schema turns
 * it off (schema/extensions.ts): undoing is y-tiptap's, which never takes back what others wrote.
 * Always holds: whoever turned it on again would be told.
 */
const absent = (): never => {
  throw new Error('prosemirror-history is not part of this page')
}

export const history = absent
export const undo = absent
export const redo = absent
