/**
 * A small checkout of its own to run the real scripts in: five packages of one line each, one page.
 *
 * Owns: the temporary folder, and running a script in it.
 * Does not own: the scripts and settings under test, which are copied from the repository as they are.
 * Always holds: the tools come from the repository's node_modules, through a link.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { PACKAGES, root } from '../architecture/sources.js'

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export class Checkout {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cowrite-checkout-'))

  /** @param tools whether the repository's node_modules is there; without it the checkout is as after `git clone` */
  constructor({ tools = true } = {}) {
    onTestFinished(() => rmSync(this.#folder, { recursive: true, force: true }))
    for (const path of ['scripts', 'tsconfig.base.json', '.npmrc', '.oxlintrc.json', 'package.json', 'package-lock.json']) {
      cpSync(join(root, path), join(this.#folder, path), { recursive: true })
    }
    for (const path of ['test/vitest.config.ts', 'test/support/summary-reporter.ts']) {
      cpSync(join(root, path), join(this.#folder, path))
    }
    if (tools) symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'), 'junction')
    for (const name of PACKAGES) this.#writePackage(name)
    this.#writePage()
    this.write('tsconfig.json', JSON.stringify({ files: [], references: [...PACKAGES, 'test'].map((path) => ({ path })) }))
    this.write('test/tsconfig.json', readFileSync(join(root, 'test/tsconfig.json'), 'utf8'))
    for (const name of ['bench', 'examples']) mkdirSync(join(this.#folder, name))
  }

  write(path: string, text: string): void {
    const file = join(this.#folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  remove(path: string): void {
    rmSync(join(this.#folder, path), { recursive: true, force: true })
  }

  read(path: string): string {
    return readFileSync(join(this.#folder, path), 'utf8')
  }

  path(path: string): string {
    return join(this.#folder, path)
  }

  /** Runs `node` with these arguments in the checkout, to its end. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    return runNode(args, this.#folder, env)
  }

  #writePackage(name: string): void {
    this.write(`${name}/src/index.ts`, '/** A line to build. */\nexport const one: number = 1\n')
    this.write(`${name}/package.json`, JSON.stringify({
      name: `@cowrite/${name}`, version: '0.1.0', type: 'module', exports: { '.': { default: './dist/index.js' } },
    }))
    this.write(`${name}/tsconfig.json`, JSON.stringify({
      extends: '../tsconfig.base.json', compilerOptions: { rootDir: 'src', outDir: 'dist' }, include: ['src'],
    }))
  }

  #writePage(): void {
    for (const page of ['index.html', 'home.html', 'embed.html']) this.write(`editor/src/page/${page}`, '<!doctype html><title>Page</title>')
    for (const script of ['cowrite-editor.js', 'cowrite-embed.js']) this.write(`editor/src/page/${script}`, 'export const one = 1\n')
    for (const name of ['tokens', 'controls', 'panels', 'ui', 'element', 'content']) this.write(`editor/src/styles/${name}.css`, 'p { margin: 0 }\n')
    this.write('editor/vite.config.ts', `/** Builds three empty pages and two scripts. */ export default {
  root: 'src/page',
  build: {
    outDir: '../../dist/page',
    rollupOptions: {
      input: ['src/page/index.html', 'src/page/home.html', 'src/page/embed.html', 'src/page/cowrite-editor.js', 'src/page/cowrite-embed.js'],
      output: { entryFileNames: '[name].js' },
    },
  },
}
`)
  }
}

/** Runs `node` with these arguments in this folder, to its end, as from a terminal: without vitest's environment. */
export function runNode(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST|NODE_ENV|NODE_OPTIONS|COWRITE_)/.test(name))
  const child = spawn(process.execPath, args, {
    cwd, env: { ...Object.fromEntries(inherited), ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
