/**
 * Markdown as a piece of a document, for pasting.
 *
 * Owns: where the piece may be joined with the text around it.
 * Does not own: reading Markdown (markdown-in.ts), whether some text is Markdown (core/paste.ts).
 * Always holds: what comes out fits the schema; it is loaded only when it is first needed.
 */
import { type Schema, Slice } from '@tiptap/pm/model'
import { jsonOfMarkdown } from './markdown-in.js'

/** @throws ConvertError when it is nested beyond reason */
export function markdownToSlice(text: string, schema: Schema): Slice {
  const { content } = schema.nodeFromJSON(jsonOfMarkdown(text))
  content.descendants((node) => void node.check())
  // Its first and last paragraph go on the lines they are pasted into; other blocks stay whole.
  const isText = (name: string | undefined): 0 | 1 => (name === 'paragraph' ? 1 : 0)
  return new Slice(content, isText(content.firstChild?.type.name), isText(content.lastChild?.type.name))
}
