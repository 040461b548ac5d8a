/**
 * Finding and replacing text (prosemirror-search).
 *
 * Owns: the plugin, and the few steps that the interface asks for.
 * Does not own: the panel (ui/find-panel.ts).
 * Always holds: looking changes nothing; replacing all is one step of the undo history.
 */
import { Extension, type Editor } from '@tiptap/core'
import { TextSelection } from '@tiptap/pm/state'
import { yUndoPluginKey } from '@tiptap/y-tiptap'
import { getMatchHighlights, replaceAll, replaceNext, search, SearchQuery, setSearchState } from 'prosemirror-search'

export interface SearchWish {
  readonly text: string
  readonly replacement: string
  readonly isCaseSensitive: boolean
  readonly isWholeWord: boolean
  readonly isPattern: boolean
}

/** What a search found: ranges in order, and which of them is selected (-1: none). */
export interface Found {
  readonly matches: readonly { readonly from: number; readonly to: number }[]
  readonly at: number
}

export const SearchExtension = Extension.create({ name: 'search', addProseMirrorPlugins: () => [search()] })

/** Shows the matches of this search. @returns false when it is not a valid expression. */
export function setSearch(editor: Editor, wish: SearchWish | undefined): boolean {
  const query = new SearchQuery({
    search: wish?.text ?? '',
    replace: wish?.replacement ?? '',
    caseSensitive: wish?.isCaseSensitive ?? false,
    wholeWord: wish?.isWholeWord ?? false,
    regexp: wish?.isPattern ?? false,
    literal: !wish?.isPattern,
  })
  editor.view.dispatch(setSearchState(editor.state.tr, query))
  return query.valid || (wish?.text ?? '') === ''
}

export function found(editor: Editor): Found {
  const matches = getMatchHighlights(editor.state).find().map(({ from, to }) => ({ from, to }))
  const { from, to } = editor.state.selection
  return { matches, at: matches.findIndex((match) => match.from === from && match.to === to) }
}

/** Selects the next match after the selection, or before it; from the last one it goes on with the first. */
export function goToMatch(editor: Editor, direction: 1 | -1, from = editor.state.selection.from): Found {
  const { matches } = found(editor)
  if (matches.length === 0) return found(editor)
  const { to } = editor.state.selection
  const ahead = direction === 1
    ? matches.findIndex((match) => match.from >= (from === editor.state.selection.from ? to : from))
    : matches.findLastIndex((match) => match.to <= from)
  const match = matches[ahead === -1 ? (direction === 1 ? 0 : matches.length - 1) : ahead]!
  editor.view.dispatch(editor.state.tr.setSelection(TextSelection.create(editor.state.doc, match.from, match.to)))
  return found(editor)
}

/** Replaces the selected match and goes to the next; without one it only goes to the next. */
export function replaceMatch(editor: Editor): void {
  replaceNext(editor.state, editor.view.dispatch)
}

/** @returns how many matches were replaced. */
export function replaceEvery(editor: Editor): number {
  const { length } = found(editor).matches
  const undo = yUndoPluginKey.getState(editor.state) as { undoManager?: { stopCapturing(): void } } | undefined
  // What was typed just before is a step of its own.
  undo?.undoManager?.stopCapturing()
  replaceAll(editor.state, editor.view.dispatch)
  undo?.undoManager?.stopCapturing()
  return length
}
