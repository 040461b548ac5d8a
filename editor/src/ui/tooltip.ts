/**
 * Names of icon buttons, shown beside them on hover and on keyboard focus.
 *
 * Owns: one tooltip element for everything inside a root that carries `data-tip`.
 * Does not own: accessible names; the tooltip repeats them for the eye (`aria-hidden`).
 * Always holds: Escape, a press and scrolling take it away (WCAG 1.4.13); it takes no pointer events.
 */
import { computePosition, flip, offset, shift } from '@floating-ui/dom'
import { el } from './dom.js'

const DELAY_MS = 350

/** @returns takes the tooltips away again. */
export function installTooltips(root: HTMLElement): () => void {
  const tip = el('div', { class: 'ce-tooltip', attrs: { 'aria-hidden': 'true', hidden: true } })
  root.append(tip)
  let timer: ReturnType<typeof setTimeout> | undefined
  let owner: Element | undefined

  const hide = (): void => {
    clearTimeout(timer)
    owner = undefined
    tip.hidden = true
  }
  const show = (target: Element): void => {
    tip.replaceChildren(target.getAttribute('data-tip') ?? '')
    const keys = target.getAttribute('data-tip-keys')
    if (keys !== null) tip.append(el('kbd', {}, keys))
    tip.hidden = false
    void computePosition(target, tip, {
      placement: 'bottom',
      strategy: 'fixed',
      middleware: [offset(8), flip({ padding: 4 }), shift({ padding: 6 })],
    }).then(({ x, y }) => {
      tip.style.left = `${x}px`
      tip.style.top = `${y}px`
    })
  }
  const ownerOf = (event: Event): Element | undefined =>
    event.target instanceof Element ? (event.target.closest('[data-tip]') ?? undefined) : undefined
  const hovered = (event: PointerEvent): void => {
    const target = ownerOf(event)
    if (target === owner || event.pointerType === 'touch') return
    hide()
    owner = target
    if (target) timer = setTimeout(() => show(target), DELAY_MS)
  }
  const focused = (event: FocusEvent): void => {
    hide()
    const target = ownerOf(event)
    if (target?.matches(':focus-visible') !== true) return
    owner = target
    show(target)
  }
  const keyed = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') hide()
  }
  const removers = [
    listen(root, 'pointerover', hovered),
    listen(root, 'focusin', focused),
    listen(root, 'focusout', hide),
    listen(root, 'pointerdown', hide),
    listen(root, 'pointerleave', hide),
    listen(root, 'keydown', keyed),
    listen(window, 'scroll', hide),
  ]
  return () => {
    hide()
    tip.remove()
    for (const remove of removers) remove()
  }
}

function listen<E extends Event>(target: EventTarget, name: string, listener: (event: E) => void): () => void {
  const options = { capture: true, passive: true }
  target.addEventListener(name, listener as EventListener, options)
  return () => target.removeEventListener(name, listener as EventListener, options)
}
