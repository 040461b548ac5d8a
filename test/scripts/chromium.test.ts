/**
 * Which browser the browser tests take.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { chromiumAdvice, findChromium } from '../../scripts/chromium.mjs'

function folderWith(...programs: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'cowrite-chromium-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(folder, { recursive: true })
  for (const program of programs) {
    writeFileSync(join(folder, program), '')
    chmodSync(join(folder, program), 0o755)
  }
  return folder
}

describe('Chromium', () => {
  afterEach(() => { vi.unstubAllEnvs() })

  it('[TE4] is the one that CHROME_PATH names, and no other', () => {
    const folder = folderWith('my-browser')
    vi.stubEnv('CHROME_PATH', join(folder, 'my-browser'))
    expect(findChromium()).toBe(join(folder, 'my-browser'))
    vi.stubEnv('CHROME_PATH', join(folder, 'no-browser'))
    expect(findChromium()).toBeUndefined()
    expect(chromiumAdvice()).toBe(`CHROME_PATH is ${join(folder, 'no-browser')}, which is not an executable file`)
  })

  it('[TE4] is looked for on the path under its usual names', ({ skip }) => {
    skip(process.platform === 'win32', 'on Windows browsers are not on the path')
    const folder = folderWith('google-chrome', 'chromium')
    vi.stubEnv('CHROME_PATH', '')
    vi.stubEnv('PATH', folder)
    const places = process.platform === 'darwin' ? /^\/Applications\/|chromium$/ : new RegExp(`^${folder}/chromium$`)
    expect(findChromium()).toMatch(places)
  })

  it('[TE4] the advice for a machine without one is a single line that says how to get it', () => {
    vi.stubEnv('CHROME_PATH', '')
    expect(chromiumAdvice()).toMatch(/^no Chromium found: install .*, or set CHROME_PATH to [^\n]*$/)
  })
})
