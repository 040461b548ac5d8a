/**
 * Find and replace.
 *
 * Owns: the panel under the toolbar, its fields and keys, and bringing the match into view.
 * Does not own: searching (core/search.ts, loaded when the panel first opens).
 * Always holds: while it is closed nothing is searched or marked; closing it leaves the match selected
 * in the text.
 */
import type { Editor } from '@tiptap/core'
import type { Transaction } from '@tiptap/pm/state'
import type { SearchWish } from '../core/search.js'
import type { MessageKey } from '../i18n/texts.js'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { whenCalm } from './frame.js'
import type { IconName } from './icons.js'
import { iconButton } from './tool-button.js'

export interface FindPanel {
  readonly element: HTMLElement
  open(): void
  close(): void
  attach(editor: Editor | undefined): void
}

type Searching = typeof import('../core/search.js')

/** @param onOpen before it comes. */
export function createFindPanel(ui: Ui, coveredTop: () => number, onOpen?: () => unknown): FindPanel {
  const { t } = ui
  let editor: Editor | undefined
  let searching: Searching | undefined
  const field = (label: MessageKey): HTMLInputElement =>
    el('input', { class: 'ce-input', attrs: { type: 'text', autocomplete: 'off', spellcheck: 'false', 'aria-label': t(label), placeholder: t(label) } })
  const query = field('find.query')
  const replacement = field('find.replacement')
  const count = el('span', { class: 'ce-find-count', attrs: { role: 'status' } })
  const toggle = (name: IconName, label: MessageKey): HTMLButtonElement => {
    const button = iconButton(name, t(label))
    setAttr(button, 'aria-pressed', 'false')
    button.addEventListener('click', () => {
      setAttr(button, 'aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'))
      search()
    })
    return button
  }
  const isOn = (button: HTMLElement): boolean => button.getAttribute('aria-pressed') === 'true'
  const [matchCase, wholeWord, pattern] = [toggle('case', 'find.case'), toggle('word', 'find.word'), toggle('regexp', 'find.regexp')]
  const act = (name: IconName, label: MessageKey, run: () => void): HTMLButtonElement => {
    const button = iconButton(name, t(label))
    button.addEventListener('click', run)
    return button
  }
  const textButton = (label: MessageKey, run: () => void): HTMLButtonElement =>
    el('button', { class: 'ce-button is-small', attrs: { type: 'button' }, on: { click: run, mousedown: (event) => event.preventDefault() } }, t(label))
  const replaceRow = el(
    'div',
    { class: 'ce-find-row' },
    replacement,
    textButton('find.replace', () => replaceOne()),
    textButton('find.replaceAll', () => replaceAll()),
  )
  const element = el(
    'div',
    { class: 'ce-find', attrs: { role: 'search', 'aria-label': t('find.label'), hidden: true }, on: { keydown: (event) => keyed(event) } },
    el(
      'div',
      { class: 'ce-find-row' },
      query,
      count,
      act('up', 'find.previous', () => go(-1)),
      act('down', 'find.next', () => go(1)),
      matchCase,
      wholeWord,
      pattern,
      act('close', 'find.close', () => close()),
    ),
    replaceRow,
  )

  const wish = (): SearchWish => ({
    text: query.value,
    replacement: replacement.value,
    isCaseSensitive: isOn(matchCase),
    isWholeWord: isOn(wholeWord),
    isPattern: isOn(pattern),
  })
  const say = (): void => {
    if (editor === undefined || element.hidden || searching === undefined) return
    const { matches, at } = searching.found(editor)
    if (query.value === '') count.textContent = ''
    else if (matches.length === 0) count.textContent = t('find.none')
    else count.textContent = at === -1 ? t('find.many', { count: matches.length }) : t('find.count', { at: at + 1, count: matches.length })
  }
  const search = (): void => {
    if (editor === undefined || editor.isDestroyed || searching === undefined) return
    const isValid = searching.setSearch(editor, wish())
    setAttr(query, 'aria-invalid', isValid ? undefined : 'true')
    if (!isValid) {
      count.textContent = t('find.badPattern')
      return
    }
    // From the caret on, so that the first hit is one that the reader may see already.
    searching.goToMatch(editor, 1, editor.state.selection.from)
    bringIntoView()
    say()
  }
  const bringIntoView = (): void => {
    if (editor === undefined || editor.state.selection.empty) return
    const { node } = editor.view.domAtPos(editor.state.selection.from)
    const line = node instanceof Element ? node : node.parentElement
    const rect = line?.getBoundingClientRect()
    if (rect && (rect.top < coveredTop() + element.offsetHeight || rect.bottom > window.innerHeight)) line?.scrollIntoView({ block: 'center' })
  }
  const go = (direction: 1 | -1): void => {
    if (editor === undefined || searching === undefined) return
    searching.goToMatch(editor, direction)
    bringIntoView()
    say()
  }
  const replaceOne = (): void => {
    if (editor?.isEditable !== true || searching === undefined) return
    searching.setSearch(editor, wish())
    searching.replaceMatch(editor)
    bringIntoView()
    say()
  }
  const replaceAll = (): void => {
    if (editor?.isEditable !== true || searching === undefined) return
    searching.setSearch(editor, wish())
    const replaced = searching.replaceEvery(editor)
    count.textContent = t('find.replaced', { count: replaced })
  }
  const keyed = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault()
      close()
    } else if (event.key === 'Enter' && event.target === query) {
      event.preventDefault()
      go(event.shiftKey ? -1 : 1)
    } else if (event.key === 'Enter' && event.target === replacement) {
      event.preventDefault()
      replaceOne()
    }
  }
  query.addEventListener('input', search)
  const follow = whenCalm(() => {
    if (editor === undefined || editor.isDestroyed || element.hidden) return
    searching?.markMatches(editor)
    say()
  }, 100)
  const changed = ({ transaction }: { readonly transaction: Transaction }): void => {
    // Marks that were set are no reason to set them.
    if (!element.hidden && (transaction.docChanged || transaction.selectionSet)) follow()
  }
  const close = (): void => {
    if (element.hidden) return
    setAttr(element, 'hidden', true)
    if (editor === undefined || editor.isDestroyed) return
    searching?.setSearch(editor, undefined)
    editor.view.focus()
  }
  /** What was typed meanwhile is looked for then. */
  const load = async (): Promise<void> => {
    const isFirst = searching === undefined
    searching ??= await import('../core/search.js').catch(() => undefined)
    if (editor === undefined || editor.isDestroyed || element.hidden || query.value === '') return
    if (searching === undefined) count.textContent = t('find.none') // offline, and never used before
    else if (isFirst && editor.state.selection.empty) search()
    else {
      searching.setSearch(editor, wish())
      say()
    }
  }
  return {
    element,
    close,
    open: () => {
      if (editor === undefined) return
      onOpen?.()
      const { from, to, empty } = editor.state.selection
      const selected = empty ? '' : editor.state.doc.textBetween(from, to, ' ')
      if (selected !== '' && selected.length < 200) query.value = selected
      setAttr(replaceRow, 'hidden', !editor.isEditable)
      setAttr(element, 'hidden', false)
      query.focus()
      query.select()
      void load()
    },
    attach: (next) => {
      editor?.off('transaction', changed)
      if (next === undefined) setAttr(element, 'hidden', true)
      editor = next
      editor?.on('transaction', changed)
    },
  }
}
