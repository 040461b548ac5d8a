/**
 * The grip beside the block under the pointer: drag it to move the block, press it for its menu.
 *
 * Owns: which block it belongs to, its place, the drag.
 * Does not own: what moving means (block-moves.ts), where a drop goes (ProseMirror).
 * Always holds: whatever it does can also be done by keys, and by the document's menu (WCAG 2.5.7);
 * it shows only for a pointer that can hover.
 */
import type { Editor } from '@tiptap/core'
import { NodeSelection } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { type Block, blockAt, BLOCK_MOVES, deleteBlock, duplicateBlock, lineBelow, moveBlock } from './block-moves.js'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { oncePerFrame } from './frame.js'
import { icon } from './icons.js'
import { attachMenu } from './menu.js'
import { shownShortcut } from './shortcuts.js'

export interface BlockHandle {
  readonly element: HTMLElement
  attach(editor: Editor | undefined): void
  destroy(): void
}

/** @param coveredTop pixels at the top of the window that cover the text. */
export function createBlockHandle(ui: Ui, coveredTop: () => number): BlockHandle {
  let editor: Editor | undefined
  let dom: HTMLElement | undefined
  // No tab stop: the same is in the document's menu and on keys, and a tab stop that comes and goes confuses.
  const element = el('button', { class: 'ce-block-handle', attrs: { type: 'button', tabindex: -1, draggable: 'true', hidden: true, 'aria-label': ui.t('block.label'), 'data-tip': ui.t('block.label') } }, icon('grip'))

  const block = (): Block | undefined => {
    if (editor === undefined || editor.isDestroyed || dom === undefined || !dom.isConnected) return undefined
    return blockOfDom(editor.view, dom)
  }
  const hide = (): void => {
    if (element.getAttribute('aria-expanded') === 'true') return
    dom = undefined
    setAttr(element, 'hidden', true)
  }
  const place = (): void => {
    if (editor === undefined || editor.isDestroyed || dom?.isConnected !== true || !editor.isEditable) return hide()
    const rect = dom.getBoundingClientRect()
    const style = getComputedStyle(dom)
    const line = Number.parseFloat(style.lineHeight) || 24
    const top = rect.top + Number.parseFloat(style.paddingTop) + (Math.min(line, rect.height) - 24) / 2
    if (top < coveredTop() || top > window.innerHeight) return hide()
    const isRtl = getComputedStyle(editor.view.dom).direction === 'rtl'
    const isItem = dom.tagName === 'LI'
    const indent = isItem ? 40 : 26
    const edge = ui.root.getBoundingClientRect()
    element.style.top = `${top}px`
    element.style.left = `${isRtl ? Math.min(rect.right + indent - 20, edge.right - 24) : Math.max(rect.left - indent, edge.left)}px`
    setAttr(element, 'hidden', false)
  }
  const moved = (event: PointerEvent): void => {
    if (event.pointerType === 'touch' || event.buttons !== 0 || editor === undefined || editor.isDestroyed) return
    if (element.getAttribute('aria-expanded') === 'true') return
    const next = domAt(editor.view, event.clientY, event.target)
    if (next === dom) return
    dom = next
    if (dom === undefined) hide()
    else place()
  }
  const dragStarted = (event: DragEvent): void => {
    const found = block()
    if (found === undefined || editor === undefined || event.dataTransfer === null) return
    const { view } = editor
    const selection = NodeSelection.create(view.state.doc, found.position)
    view.dispatch(view.state.tr.setSelection(selection))
    const slice = selection.content()
    const { dom: html, text } = view.serializeForClipboard(slice)
    event.dataTransfer.clearData()
    event.dataTransfer.setData('text/html', html.innerHTML)
    event.dataTransfer.setData('text/plain', text)
    event.dataTransfer.effectAllowed = 'copyMove'
    if (dom) event.dataTransfer.setDragImage(dom, 0, 0)
    // As ProseMirror notes it for a drag that began in the text.
    Object.assign(view, { dragging: { slice, move: true, node: selection } })
  }
  const placeSoon = oncePerFrame(() => !element.hidden && place())
  element.addEventListener('dragstart', dragStarted)
  element.addEventListener('dragend', hide)
  attachMenu(ui, element, {
    label: ui.t('block.menu'),
    choices: [
      { id: 'insert', label: ui.t('block.insert'), mark: () => icon('plus') },
      ...BLOCK_MOVES.map(({ id, label, icon: name, keys }) => ({ id, label: ui.t(label), mark: () => icon(name), hint: shownShortcut(keys!) })),
    ],
    choose: (id) => {
      const found = block()
      if (editor === undefined || found === undefined) return
      if (id === 'insert') lineBelow(editor, found)
      else if (id === 'blockUp') moveBlock(editor, -1, found)
      else if (id === 'blockDown') moveBlock(editor, 1, found)
      else if (id === 'blockDuplicate') duplicateBlock(editor, found)
      else deleteBlock(editor, found)
      editor.view.focus()
      hide()
    },
  })
  window.addEventListener('scroll', placeSoon, { passive: true, capture: true })
  window.addEventListener('pointermove', moved, { passive: true })

  return {
    element,
    attach: (next) => {
      editor?.off('transaction', placeSoon)
      hide()
      editor = next
      editor?.on('transaction', placeSoon)
    },
    destroy: () => {
      window.removeEventListener('scroll', placeSoon, { capture: true })
      window.removeEventListener('pointermove', moved)
    },
  }
}

/** The block at this height of the window: the innermost list item, else the child of the text. */
function domAt(view: EditorView, clientY: number, target: EventTarget | null): HTMLElement | undefined {
  const inText = target instanceof Element && view.dom.contains(target)
  const item = inText ? target.closest('li') : null
  if (item && view.dom.contains(item)) return item
  const { left, right } = view.dom.getBoundingClientRect()
  const nearest = [...view.dom.children].find((child) => {
    const rect = child.getBoundingClientRect()
    return clientY >= rect.top - 2 && clientY <= rect.bottom + 2
  })
  if (!(nearest instanceof HTMLElement) || nearest.classList.contains('ProseMirror-gapcursor')) return undefined
  const isBeside = !(target instanceof Element) || inText || target.contains(view.dom) || target.closest('.ce-block-handle') !== null
  return isBeside && right > left ? nearest : undefined
}

function blockOfDom(view: EditorView, dom: HTMLElement): Block | undefined {
  const $inside = view.state.doc.resolve(view.posAtDOM(dom, 0))
  for (let depth = $inside.depth; depth > 0; depth--) {
    if (view.nodeDOM($inside.before(depth)) === dom) {
      const position = $inside.before(depth)
      const parent = $inside.node(depth - 1)
      return { node: $inside.node(depth), position, parent, index: $inside.index(depth - 1) }
    }
  }
  return blockAt($inside)
}
