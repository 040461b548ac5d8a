/**
 * The language of the page.
 *
 * Owns: the choice: the address (`?lang=ko`), else what this browser prefers.
 */
import { bestLanguage, type Language } from '../i18n/texts.js'

export function preferredLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('lang')
  return bestLanguage(asked === null ? navigator.languages : [asked, ...navigator.languages])
}
