/**
 * Where floating things stand: beside what they belong to, inside the window.
 *
 * Owns: the place of menus, lists and bars (floating-ui), and how high a list may get.
 * Does not own: when they show.
 */
import { computePosition, flip, offset, type Placement, shift, size } from '@floating-ui/dom'

/** An element, or a place in the text. */
export interface Anchor {
  getBoundingClientRect(): DOMRect
}

export interface PlaceOptions {
  readonly placement?: Placement
  /** Distance in pixels. */
  readonly gap?: number
  /** Pixels at the top of the window that are covered. */
  readonly coveredTop?: number
}

/** Puts `popup` (position: fixed) beside `anchor`, on the other side where there is no room. */
export async function place(anchor: Anchor | Element, popup: HTMLElement, options: PlaceOptions = {}): Promise<void> {
  const padding = { top: 8 + (options.coveredTop ?? 0), right: 8, bottom: 8, left: 8 }
  const { x, y } = await computePosition(anchor, popup, {
    placement: options.placement ?? 'bottom-start',
    strategy: 'fixed',
    middleware: [
      offset(options.gap ?? 6),
      flip({ padding }),
      shift({ padding }),
      size({
        padding,
        apply: ({ availableHeight }) => popup.style.setProperty('--ce-menu-room', `${Math.max(120, availableHeight)}px`),
      }),
    ],
  })
  popup.style.left = `${x}px`
  popup.style.top = `${y}px`
}
