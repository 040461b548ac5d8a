/** The wire of Cowrite. Pure: imports lib0 alone, runs in browsers and in Node. */
export * from './awareness.js'
export * from './delete-set.js'
export * from './document-name.js'
export * from './errors.js'
export * from './limits.js'
export * from './messages.js'
export * from './state-vector.js'
export * from './update.js'
