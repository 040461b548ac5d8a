/**
 * How wide the interface is: its own width, not the window's. It may stand in a column.
 *
 * Owns: `data-narrow` and `data-slim` at the root, by which the styles lay out what is in it.
 * Does not own: the layouts (styles/).
 * Always holds: the bounds are multiples of the root's letters, so that large letters count as little width. No
 * container queries: in some browsers these make the root the frame of what is fixed to the window, as menus are.
 */
import { setAttr } from './dom.js'

/** In ems of the root. Below the first a panel lies over the text; below the second all is made for a phone. */
const NARROW_BELOW_EM = 60
const SLIM_BELOW_EM = 43

export interface Width {
  readonly isNarrow: boolean
  readonly isSlim: boolean
  /** @returns stops listening. */
  onChange(listener: () => void): () => void
  destroy(): void
}

/** What stands in the root is laid out by its width from the first frame on. */
export function watchWidth(root: HTMLElement): Width {
  const listeners = new Set<() => void>()
  let isNarrow = false
  let isSlim = false
  const measure = (): void => {
    const ems = root.clientWidth / (Number.parseFloat(getComputedStyle(root).fontSize) || 16)
    const before = [isNarrow, isSlim].join()
    isNarrow = ems < NARROW_BELOW_EM
    isSlim = ems < SLIM_BELOW_EM
    setAttr(root, 'data-narrow', isNarrow)
    setAttr(root, 'data-slim', isSlim)
    if (before !== [isNarrow, isSlim].join()) for (const listener of listeners) listener()
  }
  const watch = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(measure)
  watch?.observe(root)
  return {
    get isNarrow() {
      return isNarrow
    },
    get isSlim() {
      return isSlim
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    destroy: () => watch?.disconnect(),
  }
}
