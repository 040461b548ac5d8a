/**
 * A schema of a host's own: Cowrite's, and more.
 *
 * Owns: that nothing of Cowrite's schema is changed or missing in it, and its name, by which a server lets its
 * editors write (COWRITE_SCHEMAS).
 * Does not own: which values the host's attributes may have: their `renderHTML` and `parseHTML` check them.
 * Always holds: equal additions have an equal name, everywhere; other additions have another.
 */
import { type Extensions, getSchema } from '@tiptap/core'
import { describeSchema, hashSchema, type SchemaDescription } from './describe.js'
import { schemaExtensions, type SchemaSettings } from './extensions.js'

/** Versions below are Cowrite's. */
export const FIRST_HOST_VERSION = 1000
export const LAST_HOST_VERSION = 999_999_999

export interface HostSchema {
  /** As in COWRITE_SCHEMAS: `<version>-<hash>`. */
  readonly id: string
  extensions(settings?: SchemaSettings): Extensions
}

/**
 * Cowrite's schema with these nodes and marks added.
 * @param version the host's own count, from 1000 on; raise it with every change
 * @throws RangeError at another version, Error when something of Cowrite's schema would be another than it is
 */
export function growSchema(version: number, added: Extensions): HostSchema {
  if (!Number.isInteger(version) || version < FIRST_HOST_VERSION || version > LAST_HOST_VERSION) {
    throw new RangeError(`the version of a schema of your own is a whole number from ${FIRST_HOST_VERSION} to ${LAST_HOST_VERSION}`)
  }
  const extensions = (settings?: SchemaSettings): Extensions => [...schemaExtensions(settings), ...added]
  const grown = getSchema(extensions())
  const changed = firstChange(describeSchema(getSchema(schemaExtensions())), describeSchema(grown))
  if (changed !== undefined) throw new Error(`a schema of your own may only add to Cowrite's: "${changed}" would be another`)
  return { id: `${version}-${hashSchema(grown)}`, extensions }
}

/** The first node or mark of `base` that is not the same in `grown`. */
function firstChange(base: SchemaDescription, grown: SchemaDescription): string | undefined {
  for (const kind of ['nodes', 'marks'] as const) {
    for (const [name, described] of Object.entries(base[kind])) {
      if (JSON.stringify(described) !== JSON.stringify(grown[kind][name])) return name
    }
  }
  return undefined
}
