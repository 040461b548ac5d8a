/**
 * How long the text is: words, and characters on request.
 *
 * Owns: counting (in the way of the language of the text, a moment after the last change) and
 * the words that say it.
 * Always holds: what did not change is not counted again: counts are kept for each block of text.
 */
import type { Editor } from '@tiptap/core'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { whenCalm } from './frame.js'

type DocumentNode = Editor['state']['doc']

export interface TextCount {
  readonly words: number
  /** As people see them (grapheme clusters), line ends left out. */
  readonly characters: number
}

const words = new Intl.Segmenter(undefined, { granularity: 'word' })
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const kept = new WeakMap<DocumentNode, TextCount>()

// Nothing but plain ASCII: a character each, no need to ask the segmenter.
// oxlint-disable-next-line no-control-regex
const PLAIN = /^[\x00-\x7f]*$/

export function countText(text: string): TextCount {
  let count = 0
  for (const { isWordLike } of words.segment(text)) if (isWordLike) count++
  return { words: count, characters: PLAIN.test(text) ? text.length : [...graphemes.segment(text)].length }
}

/** Counts a document, or the part of it from one position to another. */
export function countDocument(doc: DocumentNode, from = 0, to = doc.content.size): TextCount {
  let sum = { words: 0, characters: 0 }
  doc.nodesBetween(from, to, (node, position) => {
    if (!node.isTextblock) return true
    const start = position + 1
    const isWhole = from <= start && to >= start + node.content.size
    const count = isWhole ? (kept.get(node) ?? countText(textOf(node))) : countText(textOf(node, Math.max(0, from - start), Math.min(node.content.size, to - start)))
    if (isWhole) kept.set(node, count)
    sum = { words: sum.words + count.words, characters: sum.characters + count.characters }
    return false
  })
  return sum
}

const textOf = (node: DocumentNode, from = 0, to = node.content.size): string =>
  node.textBetween(from, to, undefined, (leaf) => (leaf.type.name === 'hardBreak' ? '\n' : (leaf.type.spec.leafText?.(leaf) ?? ' '))).replaceAll('\n', ' ')

export interface WordCount {
  readonly element: HTMLElement
  attach(editor: Editor | undefined): void
  destroy(): void
}

const COUNT_AFTER_MS = 250

export function createWordCount(ui: Ui): WordCount {
  let editor: Editor | undefined
  // Read on request, not live: nobody wants each word counted aloud.
  const element = el('span', { class: 'ce-words' })
  const show = (): void => {
    if (editor === undefined || editor.isDestroyed) {
      element.textContent = ''
      return
    }
    const { doc, selection } = editor.state
    const isSelected = !selection.empty
    const { words: count, characters } = isSelected ? countDocument(doc, selection.from, selection.to) : countDocument(doc)
    element.textContent = ui.t(isSelected ? 'words.selected' : 'words', { count })
    setAttr(element, 'data-tip', ui.t('words.characters', { count: characters }))
  }
  const showSoon = whenCalm(show, COUNT_AFTER_MS)
  return {
    element,
    attach: (next) => {
      editor?.off('transaction', showSoon)
      editor = next
      editor?.on('transaction', showSoon)
      show()
    },
    destroy: () => showSoon.cancel(),
  }
}
