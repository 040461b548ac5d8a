/**
 * `npm run test:faults`: every fault that can be made on one machine, in its long form.
 *
 * Owns: nothing but the entry: `npm test` for test/faults, one file after the other, with COWRITE_LONG=1.
 * Always holds: no syntax here that Node 14 cannot parse (see node-version.mjs). Arguments after `--` go
 * to vitest; COWRITE_RUNS and COWRITE_SEED mean what each test says.
 */
import { requireNode } from './node-version.mjs'

requireNode()
process.env.COWRITE_LONG = '1'
const chosen = process.argv.slice(2)
import('./check.mjs').then((entry) => entry.check(['--no-file-parallelism'].concat(chosen.length > 0 ? chosen : ['faults'])))
