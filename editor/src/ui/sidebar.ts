/**
 * The place beside the text for panels: the outline now, whatever else belongs beside a text later.
 *
 * Owns: which panel is open (one at a time), its frame and closing it, the buttons that open panels.
 * Does not own: what a panel shows.
 * Always holds: a panel does its work only while it is open; closing it gives the focus to its button.
 */
import type { Ui } from './context.js'
import { el, focusedNear, setAttr } from './dom.js'
import type { IconName } from './icons.js'
import { icon } from './icons.js'
import { iconButton } from './tool-button.js'

export interface Panel {
  readonly id: string
  readonly label: string
  readonly icon: IconName
  readonly body: HTMLElement
  opened(): void
  closed(): void
}

export interface Sidebar {
  readonly element: HTMLElement
  /** Open and close the panels; for the toolbar. */
  readonly buttons: readonly HTMLElement[]
  open(id: string): void
  /** @param refocus gives the focus to the panel's button if it was in it; default true */
  close(refocus?: boolean): void
}

/** @param onOpen before one comes. */
export function createSidebar(ui: Ui, panels: readonly Panel[], onOpen?: () => unknown): Sidebar {
  let current: Panel | undefined
  const title = el('h2', { class: 'ce-panel-title' })
  const closer = iconButton('close', ui.t('panel.close'))
  const place = el('div', { class: 'ce-panel-body' })
  const element = el(
    'aside',
    { class: 'ce-sidebar', attrs: { hidden: true, tabindex: -1 } },
    el('div', { class: 'ce-panel-head' }, title, closer),
    place,
  )
  const buttons = panels.map((panel) => {
    const button = iconButton(panel.icon, panel.label)
    button.dataset['command'] = panel.id
    setAttr(button, 'aria-expanded', 'false')
    button.addEventListener('click', () => (current === panel ? close() : open(panel.id)))
    return button
  })
  const buttonOf = (panel: Panel | undefined): HTMLElement | undefined => buttons[panels.findIndex((one) => one === panel)]
  const open = (id: string): void => {
    const panel = panels.find((one) => one.id === id)
    if (panel === undefined || panel === current) return
    onOpen?.()
    close(false)
    current = panel
    title.textContent = panel.label
    setAttr(element, 'aria-label', panel.label)
    place.replaceChildren(panel.body)
    setAttr(element, 'hidden', false)
    setAttr(buttonOf(panel)!, 'aria-expanded', 'true')
    panel.opened()
  }
  const close = (refocus = true): void => {
    const panel = current
    if (panel === undefined) return
    const hadFocus = element.contains(focusedNear(element))
    current = undefined
    setAttr(element, 'hidden', true)
    setAttr(buttonOf(panel)!, 'aria-expanded', 'false')
    panel.closed()
    if (refocus && hadFocus) buttonOf(panel)?.focus()
  }
  closer.addEventListener('click', () => close())
  element.addEventListener('keydown', (event) => event.key === 'Escape' && close())
  return { element, buttons, open, close }
}

/** For panels without content. */
export const emptyPanel = (text: string, name: IconName): HTMLElement => el('div', { class: 'ce-panel-empty' }, icon(name), el('p', {}, text))
