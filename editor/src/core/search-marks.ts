/**
 * The marks on what a search found.
 *
 * Owns: showing them. Does not own: searching, which is loaded when somebody first looks for something (search.ts).
 * Always holds: marks move with their text until they are set anew; they are no part of the document.
 */
import { Extension } from '@tiptap/core'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { DecorationSet } from '@tiptap/pm/view'

export const searchMarksKey = new PluginKey<DecorationSet>('cowrite-search')

export const SearchMarks = Extension.create({
  name: 'searchMarks',
  addProseMirrorPlugins: () => [
    new Plugin<DecorationSet>({
      key: searchMarksKey,
      state: {
        init: () => DecorationSet.empty,
        apply: (transaction, marks) => (transaction.getMeta(searchMarksKey) as DecorationSet | undefined) ?? marks.map(transaction.mapping, transaction.doc),
      },
      props: { decorations: (state) => searchMarksKey.getState(state) },
    }),
  ],
})
