/**
 * Pasted HTML under a strict content security policy.
 *
 * Owns: reading the inline styles of pasted HTML although the page's policy forbids inline styles.
 * Does not own: which styles mean something (the schema's parse rules).
 * Always holds: nothing of the pasted HTML ever stands in a document with its event handlers.
 *
 * ProseMirror parses pasted HTML in a detached document, to which Chromium applies the page's policy:
 * style attributes are then not applied, so that bold text of other word processors (a span with a font
 * weight) is read as plain, and Google Docs' wrapper (`<b style="font-weight:normal">`) makes everything bold.
 * Set one by one from a script, the same styles are allowed.
 */
import { DOMParser, type Schema } from '@tiptap/pm/model'

const KEPT_STYLE = 'data-ce-style'

// A start tag with its attributes; each alternative begins with a different character, so it cannot backtrack far.
const START_TAG = /<[a-zA-Z][^\s/>"'<]*(?:[^>"']|"[^"]*"|'[^']*')*>/g
const ATTRIBUTE = /(\s|["'/])(style|on[a-z]+)(\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))/gi

/** The same HTML with style attributes under another name, and without event handlers. */
export const withKeptStyles = (html: string): string =>
  html.replace(START_TAG, (tag) =>
    tag.replace(ATTRIBUTE, (_whole, before: string, name: string, value: string) =>
      name.toLowerCase() === 'style' ? `${before}${KEPT_STYLE}${value}` : before,
    ),
  )

/** A parser that applies the styles kept by `withKeptStyles`, and then reads as the schema says. */
export function styledParser(schema: Schema): DOMParser {
  const parser = DOMParser.fromSchema(schema)
  const parseSlice = parser.parseSlice.bind(parser)
  return Object.assign(Object.create(parser) as DOMParser, {
    parseSlice: (dom: Node, options?: Parameters<DOMParser['parseSlice']>[1]) => {
      if (dom instanceof Element || dom instanceof DocumentFragment) {
        for (const element of dom.querySelectorAll<HTMLElement>(`[${KEPT_STYLE}]`)) {
          element.style.cssText = element.getAttribute(KEPT_STYLE) ?? ''
          element.removeAttribute(KEPT_STYLE)
        }
      }
      return parseSlice(dom, options)
    },
  })
}
