/**
 * Keeps the page where it is while somebody else edits above.
 *
 * Owns: measuring what the reader looks at before a change from elsewhere is shown, and putting it back
 * to the same height of the window afterwards.
 * Does not own: scrolling for the person's own edits (ProseMirror).
 * Always holds: a change from elsewhere moves neither the text at the caret, where that is in view, nor
 * else the first line in view. Browsers' own scroll anchoring does not do: Safari has none, and
 * y-tiptap asks ProseMirror to scroll to the caret after every remote change.
 */
import { Extension } from '@tiptap/core'
import type { EditorView } from '@tiptap/pm/view'
import { isRemote } from './manners.js'

/** Something to hold on to, and its height in the window; several, since a change may take one away. */
type Anchors = readonly { readonly element: Element; readonly top: number }[]

/** @param coveredTop pixels at the top of the window that cover the text. */
export const steadyPage = (coveredTop: () => number): Extension =>
  Extension.create({
    name: 'steadyPage',
    dispatchTransaction({ transaction, next }) {
      const { view } = this.editor
      if (!isRemote(transaction) || !transaction.docChanged || view.composing) return next(transaction)
      const anchors = anchorsOf(view, coveredTop())
      const scroller = scrollerOf(view.dom)
      const before = scroller.scrollTop
      next(transaction)
      const held = anchors.find(({ element }) => element.isConnected)
      if (held === undefined) return
      const moved = held.element.getBoundingClientRect().top - held.top
      if (Math.abs(moved) >= 1) scroller.scrollTop += moved
      else if (scroller.scrollTop !== before && anchors.length === 0) scroller.scrollTop = before
    },
  })

function anchorsOf(view: EditorView, coveredTop: number): Anchors {
  const bottom = window.innerHeight
  const isInView = (rect: DOMRect): boolean => rect.bottom > coveredTop && rect.top < bottom
  const anchors: { element: Element; top: number }[] = []
  const hold = (element: Element | null | undefined): void => {
    if (!element) return
    const rect = element.getBoundingClientRect()
    if (isInView(rect)) anchors.push({ element, top: rect.top })
  }
  if (view.hasFocus()) {
    const { node } = view.domAtPos(view.state.selection.head)
    hold(node instanceof Element ? node : node.parentElement)
  }
  const blocks = view.dom.children
  // Blocks stand in order, so the first in view is found by halving.
  let [low, high] = [0, blocks.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (blocks[middle]!.getBoundingClientRect().bottom <= coveredTop) low = middle + 1
    else high = middle
  }
  for (let index = low; index < Math.min(low + 4, blocks.length); index++) hold(blocks[index])
  return anchors
}

/** What scrolls when this element is scrolled to. */
function scrollerOf(element: Element): Element {
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    const { overflowY } = getComputedStyle(parent)
    if ((overflowY === 'auto' || overflowY === 'scroll') && parent.scrollHeight > parent.clientHeight) return parent
  }
  return document.scrollingElement ?? document.documentElement
}
