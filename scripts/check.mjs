/**
 * The second half of `npm test`, once Node is known to be new enough.
 *
 * Owns: the order (set-up, types, lint, vitest), the list of skipped tests and the closing line.
 * Does not own: how vitest runs (test/vitest.config.ts), how cases are counted (test/support/summary-reporter.ts).
 * Always holds: the last line on stdout is `N passed, N failed, N skipped`; the exit code is 0 only when at
 * least one test ran and nothing failed, where types, lint and the build count as one failed case each.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from './build.mjs'
import { chromiumAdvice, ensureChromium } from './chromium.mjs'
import { ensureStrace } from './strace.mjs'
import { announce, executePackage, root, StepFailure } from './steps.mjs'

const summaryFile = join(root, '.cache', `test-summary-${process.pid}.json`)

/** Longest time that the tests may take, in milliseconds; then they are stopped and count as failed. */
const TEST_LIMIT = (process.env.COWRITE_LONG === '1' ? 240 : 17) * 60_000

const isSelecting = process.argv.some((argument) => /^(-t$|--testNamePattern)/.test(argument))

const linted = ['protocol', 'persistence', 'client', 'editor', 'server', 'test', 'scripts', 'bench', 'examples']

/** Sets up, checks and tests everything; ends the process with the right exit code. */
export async function check(vitestArguments) {
  try {
    await prepare()
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error
    console.log(error.message)
    return finish({ passed: 0, failed: 1, skipped: [] })
  }
  const chromium = await ensureChromium()
  if (chromium === undefined) console.log(`The browser tests will be skipped: ${chromiumAdvice()}.`)
  await ensureStrace()
  const failedChecks = [
    await passes('Checking the types (tsc)', 'typescript', ['-b']),
    await passes('Linting (oxlint)', 'oxlint', ['--deny-warnings', ...linted]),
  ].filter((passed) => !passed).length
  const summary = await runTests(vitestArguments, chromium)
  return finish({ ...summary, failed: summary.failed + failedChecks })
}

async function passes(announcement, name, args) {
  const { code, output } = await announce(announcement, () => executePackage(name, args))
  if (code !== 0) console.log(`${output.trimEnd()}\n${announcement}: failed, see above.`)
  return code === 0
}

async function runTests(args, chromium) {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const { code, signal } = await executePackage('vitest', ['run', '--root', 'test', ...args], {
    show: true,
    timeout: TEST_LIMIT,
    env: { COWRITE_TEST_SUMMARY: summaryFile, ...(chromium === undefined ? {} : { CHROME_PATH: chromium }) },
  })
  if (signal) console.log(`\nThe tests were stopped (${signal}); they may take ${TEST_LIMIT / 60_000} minutes.`)
  const summary = readSummary()
  // Vitest itself may fail where no test does: no test matched, it was killed, its configuration is broken.
  if (code !== 0 && summary.failed === 0) summary.failed = 1
  return summary
}

function readSummary() {
  try {
    return JSON.parse(readFileSync(summaryFile, 'utf8'))
  } catch {
    return { passed: 0, failed: 1, skipped: [] }
  } finally {
    rmSync(summaryFile, { force: true })
  }
}

function finish({ passed, failed, skipped, triedAgain = [] }) {
  // Vitest skips what -t does not select, in great numbers and without a reason of its own.
  const named = skipped.filter(({ reason }) => reason !== undefined || !isSelecting)
  if (skipped.length > 0) console.log('\nSkipped:')
  for (const { name, reason } of named) console.log(`- ${name}: ${reason ?? 'no reason given'}`)
  if (named.length < skipped.length) console.log(`- ${skipped.length - named.length} tests that -t does not select`)
  if (triedAgain.length > 0) console.log('\nPassed only at the second try:')
  for (const { name, reason } of triedAgain) console.log(`- ${name}: ${reason}`)
  console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}
