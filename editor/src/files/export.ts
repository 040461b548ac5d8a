/**
 * A document as a file.
 *
 * Owns: what belongs to a file beside the content: addresses that hold elsewhere, a page around HTML.
 * Does not own: the formats (convert/, docx/, each loaded when it is asked for).
 * Always holds: the document is not changed; a picture that cannot be had is a link in a Word file.
 */
import type { JSONContent } from '@tiptap/core'
import { withAddress, withPictures } from './addresses.js'
import { type ExportFormat, fileOf } from './formats.js'
import { docxPicture } from './docx-picture.js'

export interface ExportOptions {
  /** Name of the document: title, and name of the file. */
  readonly name: string
  /** The server's HTTP address, without a slash at its end. */
  readonly server: string
  /** BCP 47 tag for HTML. */
  readonly language?: string
}

/** @throws ConvertError when it is no document; what loading a converter throws, offline */
export async function exportDocument(json: JSONContent, format: ExportFormat, options: ExportOptions): Promise<File> {
  const { name, server } = options
  const content = withPictures(json, (picture, src) => withAddress(picture, src.startsWith('/') && !src.startsWith('//') ? server + src : src))
  if (format === 'docx') {
    const { docxOfJson } = await import('../docx/index.js')
    return fileOf(await docxOfJson(content, { title: name, picture: docxPicture }), name, format)
  }
  const { htmlOfJson, markdownOfJson, textOfJson } = await import('../convert/index.js')
  if (format === 'md') return fileOf(markdownOfJson(content), name, format)
  if (format === 'txt') return fileOf(textOfJson(content), name, format)
  return fileOf(pageOf(htmlOfJson(content), options), name, format)
}

const STYLE = `body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: break-word }
img { max-width: 100%; height: auto }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #ccc; padding: .3rem .6rem; vertical-align: top; text-align: start }
pre { padding: .8rem; background: #f3f3f3; overflow-x: auto }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid #ccc }
ul[data-type=taskList] { list-style: none; padding-inline-start: 0 }
ul[data-type=taskList] > li { display: flex; gap: .5rem }
ul[data-type=taskList] p { margin: 0 }`

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character]!)

function pageOf(body: string, { name, language = 'en' }: ExportOptions): string {
  return `<!doctype html>
<html lang="${escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(name)}</title>
<style>
${STYLE}
</style>
</head>
<body dir="auto">
${body}
</body>
</html>
`
}
