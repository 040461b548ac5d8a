/**
 * Which browser the browser tests take.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { chromiumAdvice, findChromium } from '../../scripts/chromium.mjs'

/** A folder with these programs, each a script that ends with the given exit code. */
function folderWith(programs: Readonly<Record<string, number>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cowrite-chromium-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [program, code] of Object.entries(programs)) {
    writeFileSync(join(folder, program), `#!/bin/sh\nexit ${code}\n`)
    chmodSync(join(folder, program), 0o755)
  }
  return folder
}

describe('Chromium', () => {
  afterEach(() => { vi.unstubAllEnvs() })

  it('[TE4] is the one that CHROME_PATH names, and no other', () => {
    const folder = folderWith({ 'my-browser': 0 })
    vi.stubEnv('CHROME_PATH', join(folder, 'my-browser'))
    expect(findChromium()).toBe(join(folder, 'my-browser'))
    vi.stubEnv('CHROME_PATH', join(folder, 'no-browser'))
    expect(findChromium()).toBeUndefined()
    expect(chromiumAdvice()).toBe(`CHROME_PATH is ${join(folder, 'no-browser')}, which is not an executable file`)
  })

  it('[TE4] is looked for on the path under its usual names, and has to run', ({ skip }) => {
    skip(process.platform !== 'linux', 'only on Linux are browsers found on the path alone')
    vi.stubEnv('CHROME_PATH', '')
    const both = folderWith({ 'google-chrome': 0, chromium: 0 })
    vi.stubEnv('PATH', both)
    expect(findChromium()).toBe(join(both, 'chromium'))
    const stub = folderWith({ 'google-chrome': 0, chromium: 1 })
    vi.stubEnv('PATH', stub)
    expect(findChromium()).not.toBe(join(stub, 'chromium'))
  })

  it('[TE4] the advice for a machine without one is a single line that says how to get it', () => {
    vi.stubEnv('CHROME_PATH', '')
    expect(chromiumAdvice()).toMatch(/^no Chromium found: install .*, or set CHROME_PATH to [^\n]*$/)
  })
})
