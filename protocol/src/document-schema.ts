/**
 * By which names editors and servers recognise each other's document schema.
 *
 * Owns: version and hash, written down here so that a server need not load an editor to know them.
 * Does not own: the schema (editor/src/schema); a test recomputes its hash.
 * Always holds: a change of the schema raises the version, and a schema only ever grows.
 */

/** Raised by one with every addition to the schema. */
export const SCHEMA_VERSION = 1

/** Hash of the schema of this version (`hashSchema`). */
export const SCHEMA_HASH = '8aa455096139f6c3'

/** What a client calls its schema when it connects (query parameter `schema`). */
export const SCHEMA_ID = `${SCHEMA_VERSION}-${SCHEMA_HASH}`
