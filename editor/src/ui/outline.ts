/**
 * The outline: the document's headings, as links into it.
 *
 * Owns: reading the headings (200 ms after the last change, while the panel is open), the list, going
 * to a heading, marking the one that is read now.
 * Does not own: the frame around it (sidebar.ts).
 * Always holds: it writes nothing into the document. Tiptap's TableOfContents gives every heading an
 * id, so that opening a document changes it for everybody.
 */
import type { Editor } from '@tiptap/core'
import { TextSelection } from '@tiptap/pm/state'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { oncePerFrame, whenCalm } from './frame.js'
import { emptyPanel, type Panel } from './sidebar.js'

interface Heading {
  readonly level: number
  readonly text: string
  readonly position: number
}

const READ_AFTER_MS = 200

/** The headings of a document, in order. */
export function headingsOf(doc: Editor['state']['doc']): Heading[] {
  const headings: Heading[] = []
  doc.descendants((node, position) => {
    if (node.type.name === 'heading') headings.push({ level: Number(node.attrs['level']) || 1, text: node.textContent.trim(), position })
    return !node.isTextblock
  })
  return headings
}

export interface OutlinePanel extends Panel {
  attach(editor: Editor | undefined): void
  destroy(): void
}

/** @param coveredTop pixels at the top of the window that cover the text. */
export function createOutline(ui: Ui, coveredTop: () => number): OutlinePanel {
  let editor: Editor | undefined
  let isOpen = false
  let shown = ''
  let headings: readonly Heading[] = []
  const list = el('ol', { class: 'ce-outline' })
  const empty = emptyPanel(ui.t('outline.empty'), 'outline')
  const body = el('nav', { attrs: { 'aria-label': ui.t('outline.label') } }, list, empty)

  const go = (index: number): void => {
    const heading = headings[index]
    if (editor === undefined || heading === undefined) return
    const dom = editor.view.nodeDOM(heading.position)
    if (!(dom instanceof HTMLElement)) return
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches
    dom.style.scrollMarginTop = `${coveredTop() + 16}px`
    dom.scrollIntoView({ block: 'start', behavior: isStill ? 'auto' : 'smooth' })
    dom.style.scrollMarginTop = ''
    // The caret goes along, so that typing goes on where the reader is; the page is where it should be already.
    editor.view.dispatch(editor.state.tr.setSelection(TextSelection.near(editor.state.doc.resolve(heading.position + 1))))
    editor.view.dom.focus({ preventScroll: true })
  }
  const mark = oncePerFrame(() => {
    if (!isOpen || editor === undefined || editor.isDestroyed) return
    const { view } = editor
    const edge = coveredTop() + 40
    const at = headings.findLastIndex(({ position }) => {
      const dom = view.nodeDOM(position)
      return dom instanceof HTMLElement && dom.getBoundingClientRect().top <= edge
    })
    list.querySelectorAll('button').forEach((button, index) => setAttr(button, 'aria-current', index === at ? 'location' : undefined))
  })
  const read = (): void => {
    if (!isOpen) return
    headings = editor === undefined || editor.isDestroyed ? [] : headingsOf(editor.state.doc)
    const least = Math.min(...headings.map(({ level }) => level))
    const key = JSON.stringify(headings.map(({ level, text }) => [level, text]))
    setAttr(empty, 'hidden', headings.length > 0)
    if (key !== shown) {
      shown = key
      list.replaceChildren(...headings.map(({ level, text }, index) => entry(ui, text, level - least, () => go(index))))
    }
    mark()
  }
  const readSoon = whenCalm(read, READ_AFTER_MS)
  const changed = ({ transaction }: { transaction: { docChanged: boolean } }): void => {
    if (isOpen && transaction.docChanged) readSoon()
  }
  window.addEventListener('scroll', mark, { passive: true, capture: true })
  return {
    id: 'outline',
    label: ui.t('outline.label'),
    icon: 'outline',
    body,
    opened: () => {
      isOpen = true
      read()
    },
    closed: () => void (isOpen = false),
    attach: (next) => {
      editor?.off('transaction', changed)
      editor = next
      editor?.on('transaction', changed)
      read()
    },
    destroy: () => {
      readSoon.cancel()
      window.removeEventListener('scroll', mark, { capture: true })
    },
  }
}

function entry(ui: Ui, text: string, depth: number, go: () => void): HTMLElement {
  const button = el('button', { class: 'ce-outline-entry', attrs: { type: 'button', dir: 'auto' }, on: { click: go } }, text || ui.t('outline.untitled'))
  button.style.setProperty('--ce-depth', String(Math.min(depth, 4)))
  if (text === '') button.classList.add('is-empty')
  return el('li', {}, button)
}
