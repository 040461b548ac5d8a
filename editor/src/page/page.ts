/**
 * The page at /d/<name>: one document, full window.
 *
 * Owns: where the document's name comes from (the path), the title, the header's ends, and the
 * console handle `window.cowrite`.
 * Does not own: the workspace itself (ui/workspace.ts).
 */
import { documentNameOfPath, pathOfDocumentName } from '@cowrite/protocol'
import type { CowriteEditor } from '../core/create-cowrite-editor.js'
import { createAnnouncer } from '../ui/announce.js'
import { createCopyLinkButton } from '../ui/copy-link.js'
import { el } from '../ui/dom.js'
import { rememberedPerson } from '../ui/person-settings.js'
import { rememberDocument } from '../ui/recent.js'
import { applyTheme, chosenTheme, createThemeButton } from '../ui/theme.js'
import { createWorkspace } from '../ui/workspace.js'
import { productMark } from './mark.js'

declare global {
  interface Window {
    /** For the console and for tests: Tiptap's editor (undefined before the first sync) and the provider. */
    cowrite?: { readonly editor: CowriteEditor['editor']; readonly provider: CowriteEditor['provider'] }
  }
}

applyTheme(document.documentElement, chosenTheme())
const root = document.getElementById('cowrite')!
const name = documentNameOfPath(location.pathname, '/d/')
if (name === undefined) showNoDocument()
else openDocument(name)

function openDocument(doc: string): void {
  document.title = `${doc} · Cowrite`
  rememberDocument(doc, Date.now())
  const product = el('a', { class: 'ce-product', attrs: { href: '/', 'aria-label': 'Cowrite: start page', 'data-tip': 'Start page' } }, productMark(26), el('span', {}, 'Cowrite'))
  const title = el('h1', { class: 'ce-document-name', attrs: { title: doc } }, doc)
  const address = (): string => location.origin + pathOfDocumentName(doc, '/d/')
  const { cowrite } = createWorkspace({
    root,
    server: location.origin,
    doc,
    person: rememberedPerson(),
    leading: [product, title],
    trailing: (say) => [
      createCopyLinkButton(address, { ...createAnnouncer(), say }),
      createThemeButton(document.documentElement),
    ],
  })
  window.cowrite = {
    get editor() {
      return cowrite.editor
    },
    provider: cowrite.provider,
  }
}

function showNoDocument(): void {
  root.classList.add('ce-root')
  root.replaceChildren(
    el(
      'main',
      { class: 'ce-lost' },
      productMark(40),
      el('h1', {}, 'This address names no document'),
      el('p', {}, 'A document name has 1 to 512 bytes of text and stands after /d/ in the address.'),
      el('a', { class: 'ce-button is-primary', attrs: { href: '/' } }, 'To the start page'),
    ),
  )
}
