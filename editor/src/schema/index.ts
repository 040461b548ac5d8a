/**
 * The one document schema, shared by editors and server. Needs no DOM.
 *
 * Owns: the version and the hash by which the two ends recognise each other's schema.
 * Always holds: SCHEMA_HASH is the hash of what `schemaExtensions()` builds (a test recomputes it);
 * a change to the schema raises SCHEMA_VERSION, and a schema only ever grows.
 */
export { ATTR_RULES, type AttrRule } from './attrs.js'
export { describeSchema, hashSchema, type SchemaDescription } from './describe.js'
export { schemaExtensions, type SchemaSettings } from './extensions.js'
export { linkFromInput, safeImage, safeLink } from './url.js'

/** Raised by one with every addition to the schema. */
export const SCHEMA_VERSION = 1

/** `hashSchema` of version SCHEMA_VERSION; written down so that no page load has to compute it. */
export const SCHEMA_HASH = '8aa455096139f6c3'

/** The root type of the Yjs document that holds the content: Tiptap's default, so stock editors meet ours. */
export const CONTENT_FIELD = 'default'
