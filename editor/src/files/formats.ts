/**
 * The kinds of files that a document comes from and goes to.
 *
 * Owns: their names, endings and types, and telling which one a file is.
 * Does not own: reading and writing them.
 */

/** What a document can be saved as. */
export const EXPORT_FORMATS = ['docx', 'md', 'html', 'txt'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const TYPES: Readonly<Record<ExportFormat, string>> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  md: 'text/markdown;charset=utf-8',
  html: 'text/html;charset=utf-8',
  txt: 'text/plain;charset=utf-8',
}

/** For a file input. */
export const IMPORT_ACCEPT = ['.docx', '.md', '.markdown', '.html', '.htm', '.txt', TYPES.docx, 'text/markdown', 'text/html', 'text/plain'].join(',')

/** A name for the file of a document: what no file system takes becomes a line. */
export function fileNameOf(document: string, format: ExportFormat): string {
  // oxlint-disable-next-line no-control-regex
  const stem = document.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, '-').replace(/^[.\s-]+|[.\s-]+$/g, '').slice(0, 120)
  return `${stem || 'document'}.${format}`
}

export const fileOf = (content: string | Uint8Array, document: string, format: ExportFormat): File =>
  new File([content as BlobPart], fileNameOf(document, format), { type: TYPES[format] })

/** By its name, else by the type that its sender names; undefined where neither says it. */
export function formatOf(name: string, type: string): ExportFormat | undefined {
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase()
  if (ending === 'markdown') return 'md'
  if (ending === 'htm' || ending === 'xhtml') return 'html'
  const byName = EXPORT_FORMATS.find((format) => format === ending)
  if (byName !== undefined || ending !== undefined) return byName
  const bare = type.split(';')[0]
  return EXPORT_FORMATS.find((format) => TYPES[format].split(';')[0] === bare)
}
