/**
 * The start page: what this is, a new document, a document by name, the ones opened lately.
 *
 * Owns: this page. Does not own: any list of documents on the server; there is none to show here.
 */
import { isDocumentName, pathOfDocumentName } from '@cowrite/protocol'
import { loadTexts } from '../i18n/texts.js'
import { textField } from '../ui/dialog.js'
import { el } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { suggestDocumentName } from '../ui/names.js'
import { recentDocuments, timeAgo } from '../ui/recent.js'
import { applyTheme, chosenTheme, createThemeButton } from '../ui/theme.js'
import { installTooltips } from '../ui/tooltip.js'
import { preferredLanguage } from './language.js'
import { productMark } from './mark.js'

applyTheme(document.documentElement, chosenTheme())
const texts = await loadTexts(preferredLanguage())
const { t } = texts
document.documentElement.lang = texts.language
document.documentElement.dir = texts.direction
const root = document.getElementById('cowrite')!
root.classList.add('ce-root', 'ce-home')

const address = (name: string): string => pathOfDocumentName(name, '/d/')

function openForm(): HTMLElement {
  const field = textField(t('home.byName'), { placeholder: 'meeting-notes', spellcheck: 'false', autocapitalize: 'none' })
  return el(
    'form',
    {
      class: 'ce-open-form',
      on: {
        submit: (event) => {
          event.preventDefault()
          const name = field.input.value.trim()
          if (isDocumentName(name)) location.assign(address(name))
          else field.setError(t('home.badName'))
        },
      },
    },
    field.element,
    el('button', { class: 'ce-button', attrs: { type: 'submit' } }, t('home.open')),
  )
}

function recentList(): HTMLElement | undefined {
  const documents = recentDocuments()
  if (documents.length === 0) return undefined
  const now = Date.now()
  return el(
    'section',
    { class: 'ce-recent', attrs: { 'aria-labelledby': 'recent-title' } },
    el('h2', { attrs: { id: 'recent-title' } }, t('home.recent')),
    el(
      'ul',
      {},
      ...documents.map(({ name, openedAt }) =>
        el(
          'li',
          {},
          el('a', { attrs: { href: address(name) } }, el('span', { class: 'ce-recent-name' }, name)),
          el('time', { attrs: { datetime: new Date(openedAt).toISOString() } }, timeAgo(openedAt, now, texts.language, t('home.justNow'))),
        ),
      ),
    ),
  )
}

// A link, so that it can be opened in a new tab; the name is drawn when it is followed.
const newDocument = el('a', { class: 'ce-button is-primary is-large', attrs: { href: address(suggestDocumentName()) } }, icon('new'), t('home.new'))

root.replaceChildren(
  el(
    'header',
    { class: 'ce-home-header' },
    el('span', { class: 'ce-product' }, productMark(28), el('span', {}, 'Cowrite')),
    createThemeButton(document.documentElement, texts),
  ),
  el(
    'main',
    { class: 'ce-home-main' },
    el('h1', {}, t('home.title')),
    el('p', { class: 'ce-lead' }, t('home.lead')),
    el('div', { class: 'ce-home-actions' }, newDocument, openForm()),
    recentList(),
  ),
)
installTooltips(root)
