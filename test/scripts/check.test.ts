/**
 * What `npm test` says and how it ends, run in a checkout of its own.
 */
import { describe, expect, it } from 'vitest'
import { Checkout, type Outcome } from './checkout.js'

const HEAD = "/** A test of the test command. */\nimport { expect, it } from 'vitest'\n"

const lastLine = ({ stdout }: Outcome): string => stdout.trimEnd().split('\n').at(-1) ?? ''

/** Chromium must be found quickly or not at all: nothing is installed from within a test. */
const NO_BROWSER = { CHROME_PATH: process.execPath }

describe('npm test', { timeout: 90_000 }, () => {
  it('[TE1] [TE2] ends with the counts and names what was skipped, exit code 0 when nothing failed', async () => {
    const checkout = new Checkout()
    checkout.write('test/protocol/a.test.ts', `${HEAD}it('adds', () => expect(1 + 1).toBe(2))
it('is for later', ({ skip }) => { skip('no moon tonight'); expect(1).toBe(1) })
`)
    checkout.write('test/server/b.test.ts', `${HEAD}it('adds, too', () => expect(1 + 2).toBe(3))\n`)
    const all = await checkout.run(['scripts/test.mjs'], NO_BROWSER)
    expect(lastLine(all)).toBe('2 passed, 0 failed, 1 skipped')
    expect(all.stdout).toContain('- protocol/a.test.ts > is for later: no moon tonight\n')
    expect(all.code).toBe(0)

    const some = await checkout.run(['scripts/test.mjs', 'server'], NO_BROWSER)
    expect(lastLine(some)).toBe('1 passed, 0 failed, 0 skipped')
    expect(some.code).toBe(0)
  })

  it('[TE1] [TE3] counts every kind of failure: a test, a file, a stray error, types, lint', async () => {
    const checkout = new Checkout()
    checkout.write('test/a.test.ts', `${HEAD}it('adds', () => expect(1 + 1).toBe(3))\nit('holds', () => expect(1).toBe(1))\n`)
    checkout.write('test/b.test.ts', `${HEAD}it('is never reached', () => expect(1).toBe(1))\nthrow new Error('does not load')\n`)
    checkout.write('test/c.test.ts', `${HEAD}it('leaves an error behind', () => {
  void Promise.reject(new Error('nobody waits for this'))
  expect(1).toBe(1)
})
`)
    checkout.write('test/d.test.ts', `${HEAD}it('has wrong types', () => expect((1 as string).length).toBe(undefined))\n`)
    checkout.write('protocol/src/other.ts', '/** Lint refuses this. */\nexport default 1\n')
    const outcome = await checkout.run(['scripts/test.mjs'], NO_BROWSER)
    expect(lastLine(outcome)).toBe('3 passed, 5 failed, 0 skipped')
    expect(outcome.stdout).toContain('test/d.test.ts(3,')
    expect(outcome.stdout).toContain('import(no-default-export)')
    expect(outcome.code).toBe(1)
  })

  it('[TE6] tries what failed a second time in CI alone, and names it', async () => {
    const checkout = new Checkout()
    checkout.write('test/a.test.ts', `${HEAD}let tries = 0
it('comes late', () => expect(++tries).toBe(2))
it('is wrong', () => expect(1).toBe(2))
`)
    const atDesk = await checkout.run(['scripts/test.mjs'], { ...NO_BROWSER, CI: '' })
    expect(lastLine(atDesk)).toBe('0 passed, 2 failed, 0 skipped')
    const inCi = await checkout.run(['scripts/test.mjs'], { ...NO_BROWSER, CI: 'true' })
    expect(lastLine(inCi)).toBe('1 passed, 1 failed, 0 skipped')
    expect(inCi.stdout).toContain('Passed only at the second try:\n- a.test.ts > comes late: expected 1 to be 2')
    expect(inCi.code).toBe(1)
  })

  it('[TE1] fails when no test ran', async () => {
    const checkout = new Checkout()
    checkout.write('test/a.test.ts', `${HEAD}it.skipIf(true)('adds', () => expect(1 + 1).toBe(2))\n`)
    const skipped = await checkout.run(['scripts/test.mjs'], NO_BROWSER)
    expect(lastLine(skipped)).toBe('0 passed, 0 failed, 1 skipped')
    expect(skipped.stdout).toContain('- a.test.ts > adds: no reason given\n')
    expect(skipped.code).toBe(1)
    const unmatched = await checkout.run(['scripts/test.mjs', 'nowhere'], NO_BROWSER)
    expect(lastLine(unmatched)).toBe('0 passed, 1 failed, 0 skipped')
    expect(unmatched.code).toBe(1)
  })

  it('[TE3] a build that fails counts as a failure, and no test runs', async () => {
    const checkout = new Checkout()
    checkout.write('protocol/src/index.ts', "export const one: number = 'x'\n")
    const outcome = await checkout.run(['scripts/test.mjs'], NO_BROWSER)
    expect(outcome.stdout).toContain('error TS2322')
    expect(lastLine(outcome)).toBe('0 passed, 1 failed, 0 skipped')
    expect(outcome.code).toBe(1)
  })
})
