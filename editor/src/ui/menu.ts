/**
 * A button that opens a list of choices, one of which is the current one.
 *
 * Owns: the popup, its keys (arrows, Home, End, first letters, Escape, Tab) and its place.
 * Does not own: what the choices do.
 * Always holds: the popup exists only while it is open; closing it gives the focus back to the button
 * unless a choice took it elsewhere.
 */
import { computePosition, flip, offset, shift, size } from '@floating-ui/dom'
import { el, setAttr } from './dom.js'
import { icon } from './icons.js'

export interface Choice {
  readonly id: string
  readonly label: string
  /** What stands before the label, if anything. */
  readonly mark?: () => Element
  /** Shown at the right end. */
  readonly hint?: string
  readonly class?: string
}

export interface MenuOptions {
  /** Accessible name of the list. */
  readonly label: string
  readonly choices: readonly Choice[]
  current(): string | undefined
  choose(id: string): void
}

/** Makes `button` open the menu. @returns closes it if it is open. */
export function attachMenu(button: HTMLButtonElement, options: MenuOptions): () => void {
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
  const choose = (id: string): void => {
    close(true)
    options.choose(id)
  }
  const open = (): void => {
    const current = options.current()
    popup = el(
      'div',
      { class: 'ce-menu', attrs: { role: 'menu', 'aria-label': options.label }, on: { keydown: keyPressed } },
      ...options.choices.map((choice) => choiceElement(choice, choice.id === current, choose)),
    )
    // Right behind the button, so that it shares the button's layer and tab place.
    ;(button.closest('.ce-root') ?? document.body).append(popup)
    setAttr(button, 'aria-expanded', 'true')
    document.addEventListener('pointerdown', pressedElsewhere, true)
    void place(button, popup)
    const items = [...popup.children] as HTMLElement[]
    ;(items.find((item) => item.getAttribute('aria-checked') === 'true') ?? items[0])?.focus()
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
  return () => close(false)
}

/** By path, and by place: inside somebody's closed shadow root the path says nothing to a listener of the document. */
function isOn(event: PointerEvent, element: Element): boolean {
  if (event.composedPath().includes(element)) return true
  const { left, right, top, bottom } = element.getBoundingClientRect()
  return event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom
}

function choiceElement(choice: Choice, isCurrent: boolean, choose: (id: string) => void): HTMLElement {
  return el(
    'button',
    {
      class: 'ce-menu-item',
      attrs: { type: 'button', role: 'menuitemradio', tabindex: -1, 'aria-checked': String(isCurrent) },
      on: { click: () => choose(choice.id) },
    },
    choice.mark?.() as Element,
    el('span', { class: choice.class ?? '' }, choice.label),
    choice.hint !== undefined && el('kbd', { class: 'ce-menu-hint', attrs: { 'aria-hidden': 'true' } }, choice.hint),
    isCurrent && icon('check'),
  )
}

async function place(button: HTMLElement, popup: HTMLElement): Promise<void> {
  const { x, y } = await computePosition(button, popup, {
    placement: 'bottom-start',
    strategy: 'fixed',
    middleware: [
      offset(6),
      flip({ padding: 8 }),
      shift({ padding: 8 }),
      size({
        padding: 8,
        apply: ({ availableHeight }) => popup.style.setProperty('--ce-menu-room', `${Math.max(120, availableHeight)}px`),
      }),
    ],
  })
  popup.style.left = `${x}px`
  popup.style.top = `${y}px`
}
