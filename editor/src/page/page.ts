/**
 * The page at /d/<name>: one document, full window.
 *
 * Owns: where the document's name comes from (the path), the title, the header's ends, and the
 * console handle `window.cowrite`.
 * Does not own: the workspace itself (ui/workspace.ts).
 */
import { documentNameOfPath, pathOfDocumentName } from '@cowrite/protocol'
import type { Follower } from '../core/follow.js'
import type { CowriteEditor } from '../core/options.js'
import { uploadTo } from '../core/upload.js'
import { loadTexts, type Texts } from '../i18n/texts.js'
import { createCopyLinkButton } from '../ui/copy-link.js'
import { el } from '../ui/dom.js'
import { rememberedPerson } from '../ui/person-settings.js'
import { rememberDocument } from '../ui/recent.js'
import { applyTheme, chosenTheme, themeEntry } from '../ui/theme.js'
import { createLoginPanel } from '../ui/login-panel.js'
import { createWorkspace } from '../ui/workspace.js'
import { preferredLanguage } from './language.js'
import { productMark } from './mark.js'
import { tokenOfText, VisitorTokens } from './visitor-tokens.js'

declare global {
  interface Window {
    /** For the console and for tests: Tiptap's editor (undefined before the first sync) and the provider. */
    cowrite?: { readonly editor: CowriteEditor['editor']; readonly provider: CowriteEditor['provider']; readonly follower: Follower; readonly setEditable: CowriteEditor['setEditable'] }
  }
}

applyTheme(document.documentElement, chosenTheme())
const root = document.getElementById('cowrite')!
const name = documentNameOfPath(location.pathname, '/d/')
const texts = await loadTexts(preferredLanguage())
document.documentElement.lang = texts.language
document.documentElement.dir = texts.direction
if (name === undefined) showNoDocument(texts)
else openDocument(name, texts)

function openDocument(doc: string, texts: Texts): void {
  const { t } = texts
  document.title = `${doc} · Cowrite`
  rememberDocument(doc, Date.now())
  const product = el('a', { class: 'ce-product', attrs: { href: '/', 'aria-label': t('home.link'), 'data-tip': t('home.tip') } }, productMark(26), el('span', {}, 'Cowrite'))
  const title = el('h1', { class: 'ce-document-name', attrs: { title: doc } }, doc)
  const tokens = new VisitorTokens()
  const address = (): string => location.origin + pathOfDocumentName(doc, '/d/')
  /** With this token, now: whether the provider waits for it, or has given up. */
  const bring = (token: string): void => {
    tokens.bring(token)
    cowrite.provider.connect()
  }
  const { cowrite, follower, refresh } = createWorkspace({
    root,
    server: location.origin,
    doc,
    person: rememberedPerson(),
    ...(tokens.current !== undefined && { connection: { getToken: tokens.next } }),
    uploadFile: uploadTo(location.origin, doc, () => tokens.current),
    login: (ui) => createLoginPanel(ui, {
      state: () => ({ hadToken: tokens.current !== undefined, isWanted: tokens.isWanted }),
      read: tokenOfText,
      bring,
      retry: () => (tokens.current === undefined ? cowrite.provider.connect() : bring(tokens.current)),
    }),
    texts,
    leading: [product, title],
    trailing: (ui) => [createCopyLinkButton(ui, address)],
    menu: () => [[themeEntry(document.documentElement, texts)]],
  })
  tokens.onWanted = refresh
  window.cowrite = {
    get editor() {
      return cowrite.editor
    },
    get provider() {
      return cowrite.provider
    },
    follower,
    setEditable: (editable) => cowrite.setEditable(editable),
  }
}

function showNoDocument({ t }: Texts): void {
  root.classList.add('ce-root')
  root.replaceChildren(
    el(
      'main',
      { class: 'ce-lost' },
      productMark(40),
      el('h1', {}, t('lost.title')),
      el('p', {}, t('lost.text')),
      el('a', { class: 'ce-button is-primary', attrs: { href: '/' } }, t('lost.back')),
    ),
  )
}
