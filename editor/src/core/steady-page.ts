/**
 * Keeps the page where it is while somebody else edits above.
 *
 * Owns: measuring what the reader looks at before a change from elsewhere is shown, and putting it back
 * to the same height of the window afterwards.
 * Does not own: scrolling for the person's own edits (ProseMirror).
 * Always holds: a change from elsewhere moves neither the text at the caret, where that is in view, nor
 * else the first line in view. Browsers' own scroll anchoring does not do: Safari has none, and it holds on
 * to elements, into which ProseMirror puts other text when the lines above become more.
 */
import { Extension } from '@tiptap/core'
import type { Node as DocumentNode } from '@tiptap/pm/model'
import type { EditorView } from '@tiptap/pm/view'
import { isRemote } from './manners.js'

/** @param coveredTop pixels at the top of the window that cover the text. */
export const steadyPage = (coveredTop: () => number): Extension =>
  Extension.create<object, { left: Left; shown: number }>({
    name: 'steadyPage',
    addStorage: () => ({ left: { scrollTop: -1, pixels: 0 }, shown: 0 }),
    dispatchTransaction({ transaction, next }) {
      const { editor: { view }, storage } = this
      const before = isRemote(transaction) && transaction.docChanged && !view.composing ? anchorOf(view, coveredTop()) : undefined
      if (before === undefined) return next(transaction)
      const { doc } = view.state
      // The browser's own anchoring would answer the same change a second time.
      view.dom.style.setProperty('overflow-anchor', 'none')
      const shown = ++storage.shown
      requestAnimationFrame(() => requestAnimationFrame(() => {
        if (shown === storage.shown) view.dom.style.removeProperty('overflow-anchor')
      }))
      next(transaction)
      if (view.isDestroyed) return
      const position = before.isCaret ? view.state.selection.head : moved(doc, view.state.doc, before.position)
      const scroller = scrollerOf(view.dom)
      const shift = heightAt(view, position) - before.height + (scroller.scrollTop === storage.left.scrollTop ? storage.left.pixels : 0)
      const wanted = scroller.scrollTop + shift
      if (Math.abs(shift) >= 1) scroller.scrollTop = wanted
      storage.left = { scrollTop: scroller.scrollTop, pixels: wanted - scroller.scrollTop }
    },
  })

/**
 * What could not be scrolled by, since browsers scroll by whole pixels; it is made good with the next change
 * if nobody has scrolled since. Left alone it adds up to lines while others type.
 */
interface Left {
  readonly scrollTop: number
  readonly pixels: number
}

interface Anchor {
  readonly position: number
  readonly height: number
  readonly isCaret: boolean
}

const heightAt = (view: EditorView, position: number): number =>
  view.coordsAtPos(Math.min(Math.max(position, 0), view.state.doc.content.size)).top

function anchorOf(view: EditorView, coveredTop: number): Anchor | undefined {
  const { head } = view.state.selection
  // The first content comes into an empty text.
  if (view.state.doc.content.size <= 2) return undefined
  if (view.hasFocus()) {
    const height = heightAt(view, head)
    // y-tiptap puts the selection back to the text it was in.
    if (height > coveredTop && height < window.innerHeight) return { position: head, height, isCaret: true }
  }
  // Who is at the very top stays there: what comes above the first line is what they want to see.
  if (scrollerOf(view.dom).scrollTop <= 0) return undefined
  const blocks = view.dom.children
  // Blocks stand in order, so the first in view is found by halving.
  let [low, high] = [0, blocks.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (blocks[middle]!.getBoundingClientRect().bottom <= coveredTop) low = middle + 1
    else high = middle
  }
  const first = blocks[low]
  if (first === undefined || first.getBoundingClientRect().top >= window.innerHeight) return undefined
  const position = view.posAtDOM(first, 0)
  return { position, height: heightAt(view, position), isCaret: false }
}

/** Where a place of the old document is in the new one: y-tiptap replaces all of it, so its steps do not tell. */
function moved(before: DocumentNode, after: DocumentNode, position: number): number {
  const start = before.content.findDiffStart(after.content)
  if (start === null || start >= position) return position
  const end = before.content.findDiffEnd(after.content)
  return end === null || end.a > position ? position : position + end.b - end.a
}

/** What scrolls when this element is scrolled to. */
function scrollerOf(element: Element): Element {
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    const { overflowY } = getComputedStyle(parent)
    if ((overflowY === 'auto' || overflowY === 'scroll') && parent.scrollHeight > parent.clientHeight) return parent
  }
  return document.scrollingElement ?? document.documentElement
}
