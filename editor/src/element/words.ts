/**
 * The words of one element.
 *
 * Owns: in which language: the element's own `lang`, else that of the page around it, else English.
 * Does not own: the tables (i18n/).
 */
import { englishTexts, loadTexts, type Texts } from '../i18n/texts.js'
import type { CowriteEditorElement } from './cowrite-editor-element.js'

export async function textsFor(element: CowriteEditorElement): Promise<Texts> {
  const named = element.closest<HTMLElement>('[lang]')?.lang || element.ownerDocument.documentElement.lang
  if (!named && !element.messages) return englishTexts
  // What is no language tag cannot be asked for plurals.
  const [language = 'en'] = supported(named) ?? []
  return loadTexts(language, element.messages)
}

function supported(tag: string): string[] | undefined {
  try {
    return tag ? Intl.getCanonicalLocales(tag) : undefined
  } catch {
    return undefined
  }
}
