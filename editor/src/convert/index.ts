/** Documents between ProseMirror JSON, HTML, Markdown, plain text and Yjs updates. Needs no DOM: for servers as for pages. */
export { ConvertError, EMPTY_DOCUMENT, MAX_NESTING, nodeOfJson } from './document.js'
export { htmlOfJson, type HtmlOptions } from './html-out.js'
export { jsonOfHtml, MAX_HTML_DEPTH } from './html-in.js'
export { jsonOfFragment, jsonOfUpdate, updateOfJson } from './y-content.js'
export { jsonOfMarkdown } from './markdown-in.js'
export { markdownOfJson } from './markdown-out.js'
export { jsonOfText, textOfJson } from './text.js'
