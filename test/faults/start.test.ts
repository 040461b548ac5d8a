/**
 * Starts that cannot succeed.
 *
 * Proves CF4 at the process: what a person at a terminal reads, and the exit code.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { newDirectory, removeDirectory, runCowrite, startServerProcess } from '../support/server-process.js'

async function temporaryDirectory(): Promise<string> {
  const directory = await newDirectory()
  onTestFinished(() => removeDirectory(directory))
  return directory
}

/** A path where this user may write nothing, if there is one. The superuser is kept out only by Linux' sysfs. */
async function unwritablePlace(): Promise<string | undefined> {
  if (process.getuid?.() === 0) return process.platform === 'linux' ? '/sys/cowrite-data' : undefined
  const data = join(await temporaryDirectory(), 'data')
  await mkdir(data, { mode: 0o500 })
  return data
}

/** Starts a server that must not start; returns the one line that it leaves. */
const refusalOf = (...flags: string[]): Promise<string> => refusalWith(1, ...flags)

async function refusalWith(ending: number, ...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCowrite(['serve', ...flags])
  expect(code).toBe(ending)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^cowrite: [^\n]+\n$/)
  expect(stderr).not.toMatch(/ at .*:\d+|node:internal|\[object/)
  return stderr
}

describe('a start that cannot succeed', { timeout: 60_000 }, () => {
  it('[CF4] the port is taken', async () => {
    const data = await temporaryDirectory()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    expect(await refusalOf('--port', String(port), '--data', data)).toContain(`Port ${port} is taken`)
    // The storage was let go again: the next start, on a free port, works with the same data.
    const server = await startServerProcess({ data })
    expect((await server.kill('SIGTERM')).code).toBe(0)
  })

  it('[CF4] the data directory lies below a file', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'file')
    await writeFile(file, '')
    expect(await refusalOf('--port', '0', '--data', join(file, 'data'))).toContain(join(file, 'data'))
  })

  it('[CF4] the data directory is a file', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'file')
    await writeFile(file, 'no database')
    expect(await refusalOf('--port', '0', '--data', file)).toContain(file)
  })

  it('[CF4] the data directory may not be written', async (context) => {
    const data = await unwritablePlace()
    if (data === undefined) return context.skip('the superuser may write everywhere on this system')
    expect(await refusalOf('--port', '0', '--data', data)).toContain(data)
  })

  it('[CF4] the data directory holds something else', async () => {
    const data = await temporaryDirectory()
    await writeFile(join(data, 'letter.txt'), 'mine')
    expect(await refusalWith(3, '--port', '0', '--data', data)).toContain(data)
  })

  it('[CF4] another server has the data directory open; it is not disturbed', async () => {
    const server = await startServerProcess()
    onTestFinished(() => server.remove())
    expect(await refusalWith(5, '--port', '0', '--data', server.data)).toMatch(/open|use/i)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  })
})
