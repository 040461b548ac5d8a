/** The wire of Cowrite. Pure: imports lib0 alone, runs in browsers and in Node. */
export * from './document-name.js'
export * from './errors.js'
export * from './messages.js'
