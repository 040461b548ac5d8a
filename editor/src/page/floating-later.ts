/**
 * Stands for `@floating-ui/dom` in the page, where it is fetched at the first sign of somebody: nothing floats before.
 *
 * Owns: fetching it, and where things stand if it cannot be fetched (offline, and never used before).
 * Does not own: what it does. Only what the page uses is here.
 */
import type * as Floating from '@floating-ui/dom'

type Middleware = Floating.Middleware

let fetched: Promise<typeof Floating> | undefined
const fetchIt = (): Promise<typeof Floating> => {
  fetched ??= import('@floating-ui/dom')
  fetched.catch(() => (fetched = undefined))
  return fetched
}
for (const sign of ['pointermove', 'pointerdown', 'keydown']) {
  addEventListener(sign, () => void fetchIt().catch(() => undefined), { once: true, capture: true, passive: true })
}

/** Below its anchor, at its start, if all else fails. */
export const computePosition: typeof Floating.computePosition = async (anchor, floating, options) => {
  try {
    return await (await fetchIt()).computePosition(anchor, floating, options)
  } catch {
    const { left, bottom } = anchor.getBoundingClientRect()
    return { x: Math.max(8, left), y: bottom + 6, placement: 'bottom-start', strategy: 'fixed', middlewareData: {} }
  }
}

export const autoUpdate: typeof Floating.autoUpdate = (anchor, floating, update, options) => {
  let end: (() => void) | undefined
  let isOver = false
  update()
  fetchIt().then((real) => {
    if (!isOver) end = real.autoUpdate(anchor, floating, update, options)
  }, () => undefined)
  return () => {
    isOver = true
    end?.()
  }
}

type Maker = 'flip' | 'offset' | 'shift' | 'size'

const later = (name: Maker) => (options?: unknown): Middleware => ({
  name,
  options,
  fn: async (state) => (await fetchIt())[name](options as never).fn(state),
})
export const flip = later('flip')
export const offset = later('offset')
export const shift = later('shift')
export const size = later('size')
