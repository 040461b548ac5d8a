/**
 * Key combinations, as people see them.
 *
 * Owns: `Mod-Shift-7` in the words of this computer, and in the form of `aria-keyshortcuts`.
 * Does not own: which command has which key (Tiptap's key maps).
 */

const isMac = (): boolean => typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

const MAC: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' }
const ARROWS: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓' }

/** For a tooltip: `Ctrl+Shift+7`, on a Mac `⇧⌘7`. */
export function shownShortcut(keys: string, mac = isMac()): string {
  const parts = keys.split('-').map((key) => (key.length === 1 ? key.toUpperCase() : (ARROWS[key] ?? key)))
  if (!mac) return parts.map((key) => (key === 'Mod' ? 'Ctrl' : key)).join('+')
  const order = ['Alt', 'Shift', 'Mod']
  return parts
    .toSorted((a, b) => (order.includes(a) ? order.indexOf(a) : 9) - (order.includes(b) ? order.indexOf(b) : 9))
    .map((key) => MAC[key] ?? key)
    .join('')
}

/** For `aria-keyshortcuts`: `Control+Shift+7` or `Meta+Shift+7`. */
export const ariaShortcut = (keys: string, mac = isMac()): string =>
  keys.split('-').map((key) => (key === 'Mod' ? (mac ? 'Meta' : 'Control') : key.length === 1 ? key.toUpperCase() : key)).join('+')
