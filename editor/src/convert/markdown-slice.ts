/**
 * Markdown as a piece of a document, for pasting.
 *
 * Owns: parsing with the schema's own rules, and where the piece may be joined with the text around it.
 * Does not own: whether some text is Markdown (core/paste.ts).
 * Always holds: what comes out fits the schema; it is loaded only when it is first needed.
 */
import { MarkdownManager } from '@tiptap/markdown'
import { type Schema, Slice } from '@tiptap/pm/model'
import { schemaExtensions } from '../schema/index.js'

let manager: MarkdownManager | undefined

export function markdownToSlice(text: string, schema: Schema): Slice {
  manager ??= new MarkdownManager({ extensions: schemaExtensions(), markedOptions: { gfm: true } })
  const { content } = schema.nodeFromJSON(manager.parse(text.replaceAll('\r\n', '\n')))
  content.descendants((node) => void node.check())
  // Its first and last paragraph go on the lines they are pasted into; other blocks stay whole.
  const isText = (name: string | undefined): 0 | 1 => (name === 'paragraph' ? 1 : 0)
  return new Slice(content, isText(content.firstChild?.type.name), isText(content.lastChild?.type.name))
}
