/**
 * A button that opens a list: of choices, one of which is the current one, or of things to do.
 *
 * Owns: the popup, its keys (arrows, Home, End, first letters, Escape, Tab) and closing it.
 * Does not own: what the choices do, or where the popup stands (popup.ts).
 * Always holds: the popup exists only while it is open; closing it gives the focus back to the button
 * unless a choice took it elsewhere.
 */
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { icon } from './icons.js'
import { place } from './popup.js'

export interface Choice {
  readonly id: string
  readonly label: string
  /** What stands before the label, if anything. */
  readonly mark?: () => Element
  /** Shown at the right end. */
  readonly hint?: string
  readonly class?: string
  /** Cannot be chosen now. */
  readonly isOff?: boolean
  /** A line is drawn above it. */
  readonly isApart?: boolean
}

export interface MenuOptions {
  /** Accessible name of the list. */
  readonly label: string
  /** Asked at each opening where it is a function. */
  readonly choices: readonly Choice[] | (() => readonly Choice[])
  /** Id of the current choice; without this function the choices are things to do. */
  current?(): string | undefined
  choose(id: string): void
}

/** Makes `button` open the menu. @returns opens it, and closes it if it is open. */
export function attachMenu(ui: Pick<Ui, 'root'>, button: HTMLElement, options: MenuOptions): { open(): void; close(): void } {
  let popup: HTMLElement | undefined
  setAttr(button, 'aria-haspopup', 'menu')
  setAttr(button, 'aria-expanded', 'false')

  const close = (refocus: boolean): void => {
    if (popup === undefined) return
    popup.remove()
    popup = undefined
    setAttr(button, 'aria-expanded', 'false')
    document.removeEventListener('pointerdown', pressedElsewhere, true)
    if (refocus) button.focus()
  }
  const pressedElsewhere = (event: Event): void => {
    if (popup !== undefined && ![popup, button].some((element) => isOn(event as PointerEvent, element))) close(false)
  }
  const choose = (choice: Choice): void => {
    if (choice.isOff) return
    close(true)
    options.choose(choice.id)
  }
  const open = (): void => {
    if (popup !== undefined || button.getAttribute('aria-disabled') === 'true') return
    const current = options.current?.()
    const choices = typeof options.choices === 'function' ? options.choices() : options.choices
    const isRadio = options.current !== undefined
    popup = el(
      'div',
      { class: 'ce-menu', attrs: { role: 'menu', 'aria-label': options.label }, on: { keydown: keyPressed, mousedown: (event) => event.preventDefault() } },
      ...choices.map((choice) => choiceElement(choice, isRadio ? choice.id === current : undefined, () => choose(choice))),
    )
    ui.root.append(popup)
    setAttr(button, 'aria-expanded', 'true')
    document.addEventListener('pointerdown', pressedElsewhere, true)
    void place(button, popup)
    const items = [...popup.children] as HTMLElement[]
    ;(items.find((item) => item.getAttribute('aria-checked') === 'true') ?? items[0])?.focus({ preventScroll: true })
  }
  const keyPressed = (event: KeyboardEvent): void => {
    const items = [...(popup?.children ?? [])] as HTMLElement[]
    const at = items.indexOf(event.target as HTMLElement)
    const go = (index: number): void => {
      event.preventDefault()
      items[(index + items.length) % items.length]?.focus()
    }
    if (event.key === 'ArrowDown') go(at + 1)
    else if (event.key === 'ArrowUp') go(at - 1)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(items.length - 1)
    else if (event.key === 'Tab') close(true)
    else if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      close(true)
    } else if (event.key.length === 1 && event.key !== ' ') {
      const letter = event.key.toLocaleLowerCase()
      const hit = [...items.slice(at + 1), ...items].find((item) => item.textContent.toLocaleLowerCase().startsWith(letter))
      hit?.focus()
    }
  }
  button.addEventListener('click', () => (popup === undefined ? open() : close(true)))
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' || popup !== undefined) return
    event.preventDefault()
    open()
  })
  return { open, close: () => close(false) }
}

/** By path, and by place: inside somebody's closed shadow root the path says nothing to a listener of the document. */
function isOn(event: PointerEvent, element: Element): boolean {
  if (event.composedPath().includes(element)) return true
  const { left, right, top, bottom } = element.getBoundingClientRect()
  return event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom
}

function choiceElement(choice: Choice, isCurrent: boolean | undefined, choose: () => void): HTMLElement {
  return el(
    'button',
    {
      class: choice.isApart ? 'ce-menu-item is-apart' : 'ce-menu-item',
      attrs: {
        type: 'button',
        role: isCurrent === undefined ? 'menuitem' : 'menuitemradio',
        tabindex: -1,
        'aria-checked': isCurrent === undefined ? undefined : String(isCurrent),
        'aria-disabled': choice.isOff ? 'true' : undefined,
        'data-choice': choice.id,
      },
      on: { click: choose },
    },
    choice.mark?.() as Element,
    el('span', { class: choice.class ?? '' }, choice.label),
    choice.hint !== undefined && el('kbd', { class: 'ce-menu-hint', attrs: { 'aria-hidden': 'true' } }, choice.hint),
    isCurrent === true && icon('check'),
  )
}
