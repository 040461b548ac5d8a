/**
 * `npm run bench`: builds what is stale, then runs the suite. Everything after `--` goes to it.
 *
 * Owns: nothing but the entry (src/main.ts is the suite).
 * Always holds: no syntax here that Node 14 cannot parse; the rest is imported after the version was checked.
 */
import { requireNode } from '../scripts/node-version.mjs'

requireNode()

async function run() {
  const { prepare } = await import('../scripts/build.mjs')
  const { announce, executePackage } = await import('../scripts/steps.mjs')
  await prepare()
  const { code, output } = await announce('Building the benchmarks (tsc)', () => executePackage('typescript', ['-b', 'bench']))
  if (code !== 0) throw new Error(output)
  const { main } = await import('./dist/main.js')
  process.exitCode = await main(process.argv.slice(2))
}

run().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
