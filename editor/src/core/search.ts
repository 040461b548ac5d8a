/**
 * Finding and replacing text (prosemirror-search finds). Loaded when somebody first looks for something.
 *
 * Owns: the search of each editor, its marks, and the few steps that the interface asks for.
 * Does not own: the panel (ui/find-panel.ts), how marks are kept in place (search-marks.ts).
 * Always holds: looking changes nothing; replacing all is one step of the undo history.
 */
import type { Editor } from '@tiptap/core'
import { TextSelection } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { SearchQuery, type SearchResult } from 'prosemirror-search'
import { searchMarksKey } from './search-marks.js'
import { asOneStep } from './undo-step.js'

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

const queries = new WeakMap<Editor, SearchQuery>()

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
  queries.set(editor, query)
  markMatches(editor)
  return query.valid || (wish?.text ?? '') === ''
}

function resultsOf(editor: Editor): SearchResult[] {
  const query = queries.get(editor)
  const results: SearchResult[] = []
  if (query?.valid !== true) return results
  for (let from = 0; ; ) {
    const result = query.findNext(editor.state, from)
    if (result === null) return results
    results.push(result)
    from = Math.max(result.to, result.from + 1)
  }
}

/** Marks what is found now; to be called when the text or the selection changed. */
export function markMatches(editor: Editor): void {
  const { doc, selection } = editor.state
  const marks = resultsOf(editor).map(({ from, to }) => {
    const isSelected = from === selection.from && to === selection.to
    return Decoration.inline(from, to, { class: isSelected ? 'ProseMirror-active-search-match' : 'ProseMirror-search-match' })
  })
  if (marks.length === 0 && searchMarksKey.getState(editor.state) === DecorationSet.empty) return
  editor.view.dispatch(editor.state.tr.setMeta(searchMarksKey, DecorationSet.create(doc, marks)).setMeta('addToHistory', false))
}

export function found(editor: Editor): Found {
  const { from, to } = editor.state.selection
  const matches = resultsOf(editor).map((result) => ({ from: result.from, to: result.to }))
  return { matches, at: matches.findIndex((match) => match.from === from && match.to === to) }
}

/** Selects the next match after the selection, or before it; from the last one it goes on with the first. */
export function goToMatch(editor: Editor, direction: 1 | -1, from = editor.state.selection.from): Found {
  const { matches } = found(editor)
  if (matches.length > 0) {
    const { to } = editor.state.selection
    const ahead = direction === 1
      ? matches.findIndex((match) => match.from >= (from === editor.state.selection.from ? to : from))
      : matches.findLastIndex((match) => match.to <= from)
    const match = matches[ahead === -1 ? (direction === 1 ? 0 : matches.length - 1) : ahead]!
    editor.view.dispatch(editor.state.tr.setSelection(TextSelection.create(editor.state.doc, match.from, match.to)))
  }
  markMatches(editor)
  return found(editor)
}

/** Replaces the selected match and goes to the next; without one it only goes to the next. */
export function replaceMatch(editor: Editor): void {
  const { from, to } = editor.state.selection
  const selected = resultsOf(editor).filter((result) => result.from === from && result.to === to)
  const behind = replace(editor, selected)
  goToMatch(editor, 1, behind ?? from)
}

/** @returns how many matches were replaced. */
export function replaceEvery(editor: Editor): number {
  const results = resultsOf(editor)
  asOneStep(editor, () => replace(editor, results))
  markMatches(editor)
  return results.length
}

/** In one transaction, the last first, so that places stay what they are. @returns where the text goes on behind the last one */
function replace(editor: Editor, results: readonly SearchResult[]): number | undefined {
  const query = queries.get(editor)
  const last = results.at(-1)
  if (query === undefined || last === undefined) return undefined
  const { tr } = editor.state
  for (const result of results.toReversed()) {
    for (const { from, to, insert } of query.getReplacements(editor.state, result).toReversed()) tr.replace(from, to, insert)
  }
  editor.view.dispatch(tr)
  return tr.mapping.map(last.to)
}
