/**
 * How large and how deep the bodies of requests may be.
 *
 * Owns: these numbers. Apart from whoever reads bodies, since the package's entry tells them, and its types must not
 * lead to express's: a program that installs the package does not have those.
 */

/** Longest question to the access route, in bytes. */
export const MAX_ACCESS_BODY_BYTES = 4_096
/** Levels of arrays and objects within each other. */
export const MAX_JSON_DEPTH = 64
