/**
 * `npm test`: the same set-up as `npm start`, then types, lint and every test, once.
 *
 * Owns: nothing but the entry. Arguments after `--` go to vitest unchanged (`npm test -- persistence`).
 * Always holds: no syntax here that Node 14 cannot parse (see node-version.mjs); the rest is imported
 * after the version has been checked.
 */
import { requireNode } from './node-version.mjs'

requireNode()
import('./check.mjs').then((entry) => entry.check(process.argv.slice(2)))
