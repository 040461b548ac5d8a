/**
 * The bar over selected text.
 *
 * Owns: its controls, and when it shows: for a selection of text that the person made and has ended
 * making (no mouse button down), until Escape.
 * Does not own: the selection of cells or pictures (context-bar.ts).
 */
import { type Editor, posToDOMRect } from '@tiptap/core'
import { TextSelection } from '@tiptap/pm/state'
import { type Command, MARKS } from './commands.js'
import type { Ui } from './context.js'
import { createFloatingBar, type FloatingBar } from './floating-bar.js'
import { linkCommand } from './link-dialog.js'
import { place } from './popup.js'
import { createHighlightMenu } from './style-menu.js'
import { createTool } from './tool-button.js'

export interface BubbleBarOptions {
  coveredTop(): number
  backToText(): void
  /** Further commands for the selection, such as commenting on it. */
  readonly further?: readonly Command[]
  readonly without?: ReadonlySet<string>
}

export function createBubbleBar(ui: Ui, options: BubbleBarOptions): FloatingBar {
  let current: Editor | undefined
  let isPressing = false
  let dismissed: string | undefined
  const getEditor = (): Editor | undefined => current
  const coarse = matchMedia('(pointer: coarse)')
  const isWanted = ({ id }: Command): boolean => !options.without?.has(id)
  const tool = (command: Command) => createTool(ui, command, getEditor)
  const bar = createFloatingBar({
    class: 'ce-bubble-bar',
    groups: [
      { name: 'marks', tools: [...MARKS.filter(isWanted).map(tool), createHighlightMenu(ui, getEditor), tool(linkCommand(ui))] },
      ...(options.further?.length ? [{ name: 'further', tools: options.further.map(tool) }] : []),
    ],
    backToText: options.backToText,
    look: (editor) => {
      const { selection, doc } = editor.state
      if (isPressing || selection.empty || !(selection instanceof TextSelection) || editor.isActive('codeBlock')) return undefined
      const { from, to } = selection
      if (doc.textBetween(from, to, '', ' ').trim() === '' || dismissed === `${from}-${to}`) return undefined
      const anchor = { getBoundingClientRect: () => posToDOMRect(editor.view, from, to) }
      return {
        label: ui.t('bubble.label'),
        groups: new Set(['marks', 'further']),
        place: (element) => {
          const { bottom, top } = anchor.getBoundingClientRect()
          element.style.visibility = bottom > options.coveredTop() && top < window.innerHeight ? '' : 'hidden'
          // A phone puts its own menu above the selection.
          void place(anchor, element, { placement: coarse.matches ? 'bottom' : 'top', gap: 8, coveredTop: options.coveredTop() })
        },
      }
    },
  })
  const pressed = (): void => void (isPressing = true)
  const released = (): void => {
    if (!isPressing) return
    isPressing = false
    current?.view.dispatch(current.state.tr) // looks again
  }
  const keyed = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || bar.element.hidden || current === undefined) return
    const { from, to } = current.state.selection
    dismissed = `${from}-${to}`
    current.view.dispatch(current.state.tr)
  }
  const detach = (): void => {
    current?.view.dom.removeEventListener('pointerdown', pressed)
    current?.view.dom.removeEventListener('keydown', keyed)
  }
  window.addEventListener('pointerup', released)
  window.addEventListener('pointercancel', released)
  return {
    ...bar,
    attach: (editor) => {
      if (current && !current.isDestroyed) detach()
      current = editor
      editor?.view.dom.addEventListener('pointerdown', pressed)
      editor?.view.dom.addEventListener('keydown', keyed)
      bar.attach(editor)
    },
    destroy: () => {
      window.removeEventListener('pointerup', released)
      window.removeEventListener('pointercancel', released)
      bar.destroy()
    },
  }
}
