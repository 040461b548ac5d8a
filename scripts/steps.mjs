/**
 * Running one step of the set-up as a child process, told in one line with its duration.
 *
 * Owns: child processes of the scripts, how a step is announced and how its failure reads.
 * Does not own: which steps there are (build.mjs, install.mjs, chromium.mjs, test.mjs).
 * Always holds: no shell is involved except for `npm` found by name on Windows, where it is a `.cmd`.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout's root folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** A step that failed in a way the user can act on; its message says how and is all they need to see. */
export class StepFailure extends Error {}

/**
 * Runs `work` and prints `what ... 1.2 s` around it: one line for each step that takes a while.
 * @returns what `work` returns
 */
export async function announce(what, work) {
  process.stdout.write(`${what} ... `)
  const started = performance.now()
  try {
    const result = await work()
    process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`)
    return result
  } catch (error) {
    process.stdout.write('failed\n')
    throw error
  }
}

/**
 * Runs a program to its end, its output collected, or shown as it comes with `show`.
 * @param options `cwd` (default the root), `env` added to ours, `show`, `timeout` in milliseconds, `shell`
 * @returns exit code (1 when it could not start or was killed), the signal that ended it, and the collected output
 */
export function execute(program, args, options = {}) {
  return new Promise((settle) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', options.show ? 'inherit' : 'pipe', options.show ? 'inherit' : 'pipe'],
      shell: options.shell ?? false,
      timeout: options.timeout,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => (output += text))
    }
    child.on('error', (error) => settle({ code: 1, output: String(error.message) }))
    child.on('close', (code, signal) => settle({ code: code ?? 1, output, signal }))
  })
}

/** Runs the JavaScript entry of an installed package with this Node: no `.bin` links, which are scripts on Windows. */
export function executePackage(name, args, options) {
  const require = createRequire(join(root, 'package.json'))
  const manifest = join(root, 'node_modules', name, 'package.json')
  const { bin } = require(manifest)
  const entry = typeof bin === 'string' ? bin : Object.values(bin)[0]
  return execute(process.execPath, [join(dirname(manifest), entry), ...args], options)
}

/** Runs npm: the one that started us where there is one, else the one on the path. */
export function executeNpm(args, options) {
  const own = process.env.npm_execpath
  if (own?.endsWith('npm-cli.js')) return execute(process.execPath, [own, ...args], options)
  return execute('npm', args, { ...options, shell: process.platform === 'win32' })
}
