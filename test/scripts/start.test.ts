/**
 * `npm start` in this very checkout: what it prints, what it passes on, how it ends.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { read, root } from '../architecture/sources.js'
import { runNode } from './checkout.js'

/** Starts `npm start -- flags` and waits until it printed the address of a new document. */
async function startServer(...flags: string[]): Promise<{ child: ChildProcessWithoutNullStreams; output: string; address: string }> {
  const child = spawn(process.execPath, ['scripts/start.mjs', ...flags], { cwd: root })
  onTestFinished(() => { child.kill('SIGKILL') })
  let output = ''
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => { complaints += text })
  const address = await new Promise<string>((resolve, reject) => {
    child.on('close', () => reject(new Error(`it ended: ${output}${complaints}`)))
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const found = /http:\/\/\S+\/d\/\S+\n/.exec(output)
      if (found !== null) resolve(found[0].trim())
    })
  })
  return { child, output, address }
}

describe('npm start', () => {
  it('[RUN7] serves from the process that was started, with the flags it was given, and builds nothing twice', async () => {
    const { child, output, address } = await startServer('--port', '0', '--ephemeral')
    expect(output).not.toMatch(/Installing|Building/)
    const response = await fetch(address)
    expect(response.status).toBe(200)
    expect(await response.text()).toMatch(/<!doctype html>/i)
    const end = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })))
    child.kill('SIGTERM')
    expect(await end).toEqual({ code: 0, signal: null })
  })

  it('[RUN8] ends with the npm that started it', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no signals to forward')
    const npm = spawn('npm', ['start', '--', '--port', '0', '--ephemeral'], { cwd: root })
    // The server holds these pipes, too: they close when it has ended, not when npm has.
    const closed = new Promise((resolve) => npm.on('close', resolve))
    npm.stderr.resume()
    await new Promise<void>((resolve) => {
      npm.stdout.setEncoding('utf8').on('data', (text: string) => { if (text.includes('/d/')) resolve() })
    })
    npm.kill('SIGTERM')
    await closed
    expect(npm.signalCode ?? npm.exitCode).not.toBeNull()
  })

  it('[RUN1] an old Node is told so in one line, with exit code 1', async () => {
    const pretend = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.18.3"})'
    for (const script of ['scripts/start.mjs', 'scripts/test.mjs']) {
      const { code, stdout, stderr } = await runNode(['--import', pretend, script], root)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toBe('Cowrite needs Node 20.19 or newer; this is Node 20.18.3. ' +
        'Get a current one from https://nodejs.org and run the same command again.\n')
    }
  })

  it.each(['start', 'test'])('[RUN1] what an old Node reads of npm %s before that holds no newer syntax', (name) => {
    const entry = read(`scripts/${name}.mjs`)
    expect(entry.match(/^import .*$/gm)).toEqual(["import { requireNode } from './node-version.mjs'"])
    for (const text of [entry, read('scripts/node-version.mjs')]) {
      expect(text).not.toMatch(/\?\.|\?\?|^\s*await|\w#\w|#\w+\s*[(=;]|\bstatic\s*\{|from 'node:/m)
    }
  })
})
