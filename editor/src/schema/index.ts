/**
 * The one document schema, shared by editors and server. Needs no DOM.
 *
 * Owns: what belongs to it. Version and hash, by which the two ends recognise each other's schema, stand in
 * protocol/src/document-schema.ts, so that a server need not load an editor to know them.
 * Always holds: SCHEMA_HASH is the hash of what `schemaExtensions()` builds (a test recomputes it);
 * a change to the schema raises SCHEMA_VERSION, and a schema only ever grows.
 */
export { SCHEMA_HASH, SCHEMA_ID, SCHEMA_VERSION } from '@cowrite/protocol'
export { ATTR_RULES, type AttrRule } from './attrs.js'
export { describeSchema, hashSchema, type SchemaDescription } from './describe.js'
export { schemaExtensions, type SchemaSettings } from './extensions.js'
export { FIRST_HOST_VERSION, growSchema, type HostSchema, LAST_HOST_VERSION } from './grown.js'
export { linkFromInput, safeImage, safeLink } from './url.js'

/** The root type of the Yjs document that holds the content: Tiptap's default, so stock editors meet ours. */
export const CONTENT_FIELD = 'default'
