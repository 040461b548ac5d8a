/**
 * A small bar of controls that floats over the text, beside what it is about.
 *
 * Owns: when it is looked at again (every change, scroll, resize, focus), its keys, and that it takes no
 * room in the text, so nothing moves when it comes.
 * Does not own: when and where it shows (`look`), or its controls.
 * Always holds: it shows only while the person is with the text or in a toolbar, never because of
 * somebody else.
 */
import type { Editor } from '@tiptap/core'
import { el, focusedNear, setAttr } from './dom.js'
import { oncePerFrame } from './frame.js'
import { makeRoving } from './roving.js'
import type { Tool } from './tool-button.js'

export interface FloatingBar {
  readonly element: HTMLElement
  attach(editor: Editor | undefined): void
  /** Focuses the bar. @returns false when there is none now. */
  focus(): boolean
  destroy(): void
}

/** What a bar shows now. */
export interface BarView {
  readonly label: string
  /** Names of the groups that are shown. */
  readonly groups: ReadonlySet<string>
  place(bar: HTMLElement): void
}

export interface BarOptions {
  readonly class: string
  readonly groups: readonly { readonly name: string; readonly tools: readonly Tool[] }[]
  /** @returns undefined when there is nothing to show. */
  look(editor: Editor): BarView | undefined
  backToText(): void
}

export function createFloatingBar(options: BarOptions): FloatingBar {
  let editor: Editor | undefined
  const tools = options.groups.flatMap(({ tools }) => tools)
  const groups = options.groups.map(({ name, tools }) => ({
    name,
    element: el('div', { class: 'ce-tool-group', attrs: { role: 'group' } }, ...tools.map((tool) => tool.element)),
  }))
  const element = el(
    'div',
    { class: `ce-floating-bar ${options.class}`, attrs: { role: 'toolbar', hidden: true } },
    ...groups.map((group) => group.element),
  )
  const roving = makeRoving(element, options.backToText)

  // In a toolbar the focus is still about the text; Alt+F10 twice comes here by way of the other one.
  const isNear = (): boolean =>
    editor?.view.hasFocus() === true || focusedNear(element)?.closest('[role=toolbar], .ce-menu') != null
  const update = (): void => {
    if (editor?.isDestroyed) editor = undefined
    const view = editor?.isEditable === true && isNear() ? options.look(editor) : undefined
    if (editor === undefined || view === undefined) {
      setAttr(element, 'hidden', true)
      return
    }
    for (const group of groups) setAttr(group.element, 'hidden', !view.groups.has(group.name))
    setAttr(element, 'aria-label', view.label)
    for (const tool of tools) tool.update(editor)
    setAttr(element, 'hidden', false)
    roving.refresh()
    view.place(element)
  }
  const updateSoon = oncePerFrame(update)
  window.addEventListener('scroll', updateSoon, { passive: true, capture: true })
  window.addEventListener('resize', updateSoon)
  // Also where the focus goes from one thing to another beside the text, as from a menu to a dialog.
  document.addEventListener('focusin', updateSoon)
  element.addEventListener('focusout', updateSoon)
  const events = ['transaction', 'focus', 'blur', 'update'] as const

  return {
    element,
    attach: (next) => {
      for (const name of events) editor?.off(name, updateSoon)
      editor = next
      for (const name of events) editor?.on(name, updateSoon)
      update()
    },
    focus: () => {
      if (element.hidden) return false
      roving.focus()
      return true
    },
    destroy: () => {
      window.removeEventListener('scroll', updateSoon, { capture: true })
      window.removeEventListener('resize', updateSoon)
      document.removeEventListener('focusin', updateSoon)
    },
  }
}
