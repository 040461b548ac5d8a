/**
 * A schema as plain data, and a short name for exactly that data.
 *
 * Owns: what counts as part of a schema for the question "would this client damage that document?":
 * names, content, marks, groups and attributes with their defaults. How things look does not count.
 * Does not own: the version number (index.ts), which a person raises when the hash changes.
 */
import type { Schema } from '@tiptap/pm/model'

interface Described {
  readonly content?: string
  readonly marks?: string
  readonly excludes?: string
  readonly group?: string
  readonly inline?: boolean
  readonly attrs: Readonly<Record<string, unknown>>
}

export interface SchemaDescription {
  readonly nodes: Readonly<Record<string, Described>>
  readonly marks: Readonly<Record<string, Described>>
}

const defaults = (attrs: Readonly<Record<string, { default?: unknown }>> | null | undefined): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attrs ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, attribute]) => [name, attribute.default ?? null]),
  )

/** The parts of a schema that decide which documents it can hold, in a stable order. */
export function describeSchema(schema: Schema): SchemaDescription {
  const nodes: Record<string, Described> = {}
  const marks: Record<string, Described> = {}
  for (const name of Object.keys(schema.nodes).sort()) {
    const { content, marks: allowed, group, inline, attrs } = schema.nodes[name]!.spec
    nodes[name] = {
      ...(content !== undefined && { content }),
      ...(allowed !== undefined && { marks: allowed }),
      ...(group !== undefined && { group }),
      ...(inline !== undefined && { inline }),
      attrs: defaults(attrs),
    }
  }
  for (const name of Object.keys(schema.marks).sort()) {
    const { excludes, attrs } = schema.marks[name]!.spec
    marks[name] = { ...(excludes !== undefined && { excludes }), attrs: defaults(attrs) }
  }
  return { nodes, marks }
}

/** 16 hex digits of FNV-1a (64 bit) over the description: an identity, not a protection. */
export function hashSchema(schema: Schema): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(JSON.stringify(describeSchema(schema)))) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  }
  return hash.toString(16).padStart(16, '0')
}
