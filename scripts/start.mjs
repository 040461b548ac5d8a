/**
 * `npm start`: install what is missing, build what is stale, then run the server in this process.
 *
 * Owns: nothing but the order of those steps. Flags after `--` go to `cowrite serve` unchanged.
 * Always holds: no syntax here that Node 14 cannot parse (see node-version.mjs); the rest is imported
 * after the version has been checked.
 */
import { requireNode } from './node-version.mjs'

requireNode()
import('./serve.mjs').then((entry) => entry.start(process.argv.slice(2)))
