/**
 * Extensions of whoever embeds the editor.
 *
 * Owns: letting through what adds behaviour, and refusing what changes which documents there can be.
 * Does not own: schemas of a host's own (schema/grown.ts), which every editor of its documents must have.
 * Always holds: judged is the schema that comes out, not what an extension says of itself: one may bring others along,
 * or give attributes to nodes that are there.
 */
import { type Extensions, flattenExtensions, getSchema } from '@tiptap/core'
import type { Schema } from '@tiptap/pm/model'
import { hashSchema } from '../schema/index.js'

/**
 * @param built what `schema` makes
 * @throws Error that names the extension
 */
export function refuseSchemaChanges(schema: Extensions, built: Schema, added: Extensions): void {
  if (added.length === 0) return
  const foreign = flattenExtensions(added).find(({ type }) => type === 'node' || type === 'mark')
  if (foreign) throw refusal(foreign.name)
  const before = hashSchema(built)
  const changes = (extensions: Extensions): boolean => hashSchema(getSchema([...schema, ...extensions])) !== before
  if (changes(added)) throw refusal((added.find((one) => changes([one])) ?? added[0]!).name)
}

const refusal = (name: string): Error =>
  new Error(`the extension "${name}" adds to the schema, which is the same for everybody`)
