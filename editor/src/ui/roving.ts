/**
 * One tab stop for a row of controls, arrows between them (WAI-ARIA toolbar pattern).
 *
 * Owns: `tabindex` and the arrow, Home and End keys of a toolbar.
 * Does not own: what the controls do.
 * Always holds: exactly one visible control has `tabindex=0`, also when controls come and go.
 */
import { setAttr } from './dom.js'

export interface Roving {
  /** Call it when controls were added, removed, shown or hidden. */
  refresh(): void
  /** Puts the focus on the control that had it last. */
  focus(): void
}

/** @param onLeave called at Escape: give the focus back to the text. */
export function makeRoving(toolbar: HTMLElement, onLeave: () => void): Roving {
  let current: HTMLElement | undefined
  const controls = (): HTMLElement[] =>
    [...toolbar.querySelectorAll<HTMLElement>('button, select')].filter((control) => control.closest('[hidden]') === null)

  const setCurrent = (control: HTMLElement | undefined): void => {
    current = control
    for (const other of controls()) setAttr(other, 'tabindex', other === control ? 0 : -1)
  }
  const go = (event: KeyboardEvent, control: HTMLElement | undefined): void => {
    event.preventDefault()
    control?.focus()
    control?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
  toolbar.addEventListener('focusin', (event) => setCurrent(event.target as HTMLElement))
  toolbar.addEventListener('keydown', (event) => {
    const all = controls()
    const at = all.indexOf(event.target as HTMLElement)
    const isRtl = getComputedStyle(toolbar).direction === 'rtl'
    const [next, previous] = isRtl ? ['ArrowLeft', 'ArrowRight'] : ['ArrowRight', 'ArrowLeft']
    if (event.key === next) go(event, all[(at + 1) % all.length])
    else if (event.key === previous) go(event, all[(at - 1 + all.length) % all.length])
    else if (event.key === 'Home') go(event, all[0])
    else if (event.key === 'End') go(event, all.at(-1))
    else if (event.key === 'Escape') {
      event.preventDefault()
      onLeave()
    }
  })
  const refresh = (): void => {
    const all = controls()
    setCurrent(current !== undefined && all.includes(current) ? current : all[0])
  }
  refresh()
  return {
    refresh,
    focus: () => {
      refresh()
      current?.focus()
    },
  }
}
