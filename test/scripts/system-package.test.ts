/**
 * What the tests install from the system, with a package manager that only writes down what it is asked.
 */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ensureStrace } from '../../scripts/strace.mjs'
import { installSystemPackage, onPath } from '../../scripts/system-package.mjs'

/** Puts an apt-get before all others on the path. @returns the file in which it writes down its arguments */
function fakeAptGet(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cowrite-apt-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const asked = join(folder, 'asked')
  writeFileSync(join(folder, 'apt-get'), `#!/bin/sh\necho "$@" >> ${asked}\n`)
  chmodSync(join(folder, 'apt-get'), 0o755)
  vi.stubEnv('PATH', folder + delimiter + (process.env['PATH'] ?? ''))
  return asked
}

describe('a package of the system', () => {
  afterEach(() => { vi.unstubAllEnvs() })

  it('[TE5] is installed with its name alone, after a look for new versions', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only the superuser installs without being asked')
    const asked = fakeAptGet()
    await installSystemPackage('some-package', 'a test')
    expect(readFileSync(asked, 'utf8')).toBe('update\ninstall -y --no-install-recommends some-package\n')
  })

  it('[TE5] strace is left alone where it is', async ({ skip }) => {
    skip(onPath('strace').length === 0, 'strace is not installed')
    const asked = fakeAptGet()
    await ensureStrace()
    expect(existsSync(asked)).toBe(false)
  })
})
