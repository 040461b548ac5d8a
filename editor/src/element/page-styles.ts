/**
 * The one style sheet that the element puts into a page: that of the text, which is the page's child.
 *
 * Owns: adopting it in the document or shadow root where the element is, and taking it out again.
 * Does not own: the rules (styles/content.css): all of them begin with a `ce-` class.
 * Always holds: it is there once, as long as an element is in that root; other adopted sheets stay as they are.
 */
import { CONTENT_CSS } from '../styles/sheets.js'

/** A constructed sheet belongs to the document that it was made in. */
const sheets = new WeakMap<Document, CSSStyleSheet>()
const users = new WeakMap<Document | ShadowRoot, number>()

/** A style sheet that no CSP forbids. */
export function sheetOf(css: string, owner: Document): CSSStyleSheet {
  const sheet = new (owner.defaultView ?? globalThis).CSSStyleSheet()
  sheet.replaceSync(css)
  return sheet
}

/** @returns takes it out again. */
export function adoptContentStyles(root: Document | ShadowRoot): () => void {
  const owner = root instanceof Document ? root : root.ownerDocument
  let sheet = sheets.get(owner)
  if (sheet === undefined) sheets.set(owner, (sheet = sheetOf(CONTENT_CSS, owner)))
  users.set(root, (users.get(root) ?? 0) + 1)
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet)
  return () => {
    const left = (users.get(root) ?? 1) - 1
    users.set(root, left)
    if (left === 0) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet)
  }
}
