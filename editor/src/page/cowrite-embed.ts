/**
 * The script at /cowrite-embed.js: `mountCowrite()` for pages that have no bundler.
 *
 * Owns: nothing but its name, which stays over all versions.
 */
export { mountCowrite } from '../embed/index.js'
