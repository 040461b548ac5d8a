/**
 * Counts the test cases of a run and names the skipped ones and those tried twice, for scripts/test.mjs to print at the very end.
 *
 * Owns: the summary file whose path is in COWRITE_TEST_SUMMARY.
 * Does not own: the closing line itself (types and lint count in it, too).
 * Always holds: nothing that went wrong is left out of `failed`: a file that does not load and an error
 * outside of any test count as one failed case each.
 */
import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** What is left to say after a run. Read by scripts/test.mjs. */
export interface Summary {
  passed: number
  failed: number
  skipped: { name: string; reason: string | undefined }[]
  /** Passed, but not at once, with what the first try failed for. */
  triedAgain: { name: string; reason: string | undefined }[]
}

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env['COWRITE_TEST_SUMMARY']
    if (file === undefined) return
    const summary: Summary = { passed: 0, failed: unhandledErrors.length, skipped: [], triedAgain: [] }
    for (const module of modules) countModule(module, summary)
    writeFileSync(file, JSON.stringify(summary))
  }
}

function countModule(module: TestModule, summary: Summary): void {
  summary.failed += module.errors().length
  for (const suite of module.children.allSuites()) summary.failed += suite.errors().length
  for (const test of module.children.allTests()) countTest(test, summary)
}

function countTest(test: TestCase, summary: Summary): void {
  const result = test.result()
  const name = `${test.module.relativeModuleId} > ${test.fullName}`
  if (result.state === 'passed') {
    summary.passed++
    if (test.diagnostic()?.flaky) summary.triedAgain.push({ name, reason: result.errors?.[0]?.message })
  } else if (result.state === 'failed') summary.failed++
  else {
    const reason = result.state === 'skipped' ? result.note : 'it was never run'
    summary.skipped.push({ name, reason })
  }
}
