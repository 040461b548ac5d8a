/**
 * Light, dark, or as the system says.
 *
 * Owns: the choice (kept in this browser), the `data-theme` attribute that the styles follow, going round the three.
 * Does not own: colours (styles/tokens.css).
 */
import { englishTexts, type Texts } from '../i18n/texts.js'
import type { MenuEntry } from './document-menu.js'
import { el, setAttr } from './dom.js'
import { icon } from './icons.js'
import { readSetting, writeSetting } from './settings.js'

export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** The theme chosen in this browser. */
export function chosenTheme(): Theme {
  const value = readSetting('theme')
  return THEMES.find((theme) => theme === value) ?? 'auto'
}

export const applyTheme = (root: HTMLElement, theme: Theme): void => setAttr(root, 'data-theme', theme)

/** The one after the chosen one is chosen, and shows. */
function turn(root: HTMLElement): Theme {
  const next = THEMES[(THEMES.indexOf(chosenTheme()) + 1) % THEMES.length]!
  writeSetting('theme', next)
  applyTheme(root, next)
  return next
}

/** The same as an entry of a menu. */
export function themeEntry(root: HTMLElement, { t }: Pick<Texts, 't'>): MenuEntry {
  const theme = chosenTheme()
  return { id: 'theme', label: t('theme', { name: t(`theme.${theme}`) }), icon: `theme-${theme}`, run: () => void turn(root) }
}

/** A button that goes round the three. */
export function createThemeButton(root: HTMLElement, { t }: Pick<Texts, 't'> = englishTexts): HTMLButtonElement {
  const button = el('button', { class: 'ce-tool', attrs: { type: 'button' } })
  const show = (theme: Theme): void => {
    button.replaceChildren(icon(`theme-${theme}`))
    setAttr(button, 'aria-label', t('theme', { name: t(`theme.${theme}`) }))
    setAttr(button, 'data-tip', t('theme', { name: t(`theme.${theme}`) }))
  }
  button.addEventListener('click', () => show(turn(root)))
  applyTheme(root, chosenTheme())
  show(chosenTheme())
  return button
}
