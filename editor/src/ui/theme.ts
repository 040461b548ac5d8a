/**
 * Light, dark, or as the system says.
 *
 * Owns: the choice (kept in this browser) and the `data-theme` attribute that the styles follow.
 * Does not own: colours (styles/tokens.css).
 */
import { englishTexts, type Texts } from '../i18n/texts.js'
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

/** A button that goes round the three. */
export function createThemeButton(root: HTMLElement, { t }: Pick<Texts, 't'> = englishTexts): HTMLButtonElement {
  const button = el('button', { class: 'ce-tool', attrs: { type: 'button' } })
  const show = (theme: Theme): void => {
    applyTheme(root, theme)
    button.replaceChildren(icon(`theme-${theme}`))
    setAttr(button, 'aria-label', t('theme', { name: t(`theme.${theme}`) }))
    setAttr(button, 'data-tip', t('theme', { name: t(`theme.${theme}`) }))
  }
  button.addEventListener('click', () => {
    const next = THEMES[(THEMES.indexOf(chosenTheme()) + 1) % THEMES.length]!
    writeSetting('theme', next)
    show(next)
  })
  show(chosenTheme())
  return button
}
