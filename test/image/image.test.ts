/**
 * What the container image relies on, without a container engine: the production install from the lockfile,
 * run from the built output by a user who may write nowhere but in /data.
 *
 * As root on Debian the whole root file system of the image is laid out and entered with chroot; elsewhere the
 * app folder alone, write-protected.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { read } from '../architecture/sources.js'
import { assemble, environment, instructions, settingOf } from './dockerfile.js'

const entered = process.getuid?.() === 0 && ['/usr/bin/dpkg-query', '/usr/sbin/chroot'].every(existsSync)
const userId = Number(settingOf('USER').split(':')[0])
const command = [...(JSON.parse(settingOf('ENTRYPOINT')) as string[]), ...(JSON.parse(settingOf('CMD')) as string[])]
const healthCommand = JSON.parse(/CMD (.*)$/.exec(settingOf('HEALTHCHECK'))?.[1] ?? '[]') as string[]

const work = mkdtempSync(join(tmpdir(), 'cowrite-image-work-'))
const image = mkdtempSync(join(tmpdir(), 'cowrite-image-'))
let variables: Record<string, string> = {}

beforeAll(async () => {
  await assemble(work, image, entered)
  chmodSync(image, 0o755)
  const port = await freePort()
  variables = { ...environment(), PORT: String(port), ...(entered ? {} : { COWRITE_DATA: join(image, 'data') }) }
  if (entered) chownSync(join(image, 'data'), userId, userId)
  else protect(join(image, 'app'))
}, 120_000)

afterAll(() => {
  for (const folder of [work, image]) rmSync(folder, { recursive: true, force: true })
})

/** Runs a command of the image as the image's user, with the image's environment. */
function inImage([program = '', ...args]: readonly string[], more: Readonly<Record<string, string>> = {}): ChildProcess {
  const env = { ...variables, ...more }
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
  if (!entered) return spawn(process.execPath, args.map((arg) => arg.replace(/^\/app\//, '')), { cwd: join(image, 'app'), env, stdio })
  return spawn('/usr/sbin/chroot', [`--userspec=${userId}:${userId}`, image, program, ...args], { env, stdio })
}

interface End {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

function ended(child: ChildProcess): Promise<End> {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })))
}

describe('the image', () => {
  it('[IM1] [IM2] [IM3] [IM4] serves the page as a user who may only write /data, knows its health, stops on SIGTERM', async () => {
    const down = await ended(inImage(healthCommand, { COWRITE_AUTH: 'none' }))
    expect(down.code).toBe(1)

    const server = inImage(command, { COWRITE_AUTH: 'none' })
    const end = ended(server)
    await new Promise<void>((resolve, reject) => {
      server.stdout?.on('data', (text: string) => { if (text.includes('/d/')) resolve() })
      void end.then(({ stderr }) => reject(new Error(`the server ended: ${stderr}`)))
    })
    const address = `http://127.0.0.1:${variables['PORT']}`
    expect((await fetch(`${address}/livez`)).status).toBe(200)
    expect((await fetch(`${address}/readyz`)).status).toBe(200)
    const page = await (await fetch(`${address}/d/image`)).text()
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? 'no script in the page'
    expect((await fetch(`${address}${script}`)).status).toBe(200)

    const up = await ended(inImage(healthCommand, { COWRITE_AUTH: 'none' }))
    expect({ code: up.code, stderr: up.stderr }).toEqual({ code: 0, stderr: '' })
    if (entered) expect(spawnSync('ps', ['-o', 'uid=', '-p', String(server.pid)]).stdout.toString().trim()).toBe(String(userId))

    const stored = readdirSync(join(image, 'data'))
    expect(stored.length).toBeGreaterThan(0)
    if (entered) expect(stored.map((name) => statSync(join(image, 'data', name)).uid)).toEqual(stored.map(() => userId))

    server.kill('SIGTERM')
    const { code, signal } = await end
    expect({ code, signal }).toEqual({ code: 0, signal: null })
  })

  it('[IM5] is not open to all by accident: without COWRITE_AUTH it refuses to start, in one line', async () => {
    const { code, stderr } = await ended(inImage(command))
    expect(code).toBe(2)
    expect(stderr).toMatch(/^cowrite: [^\n]*COWRITE_AUTH=none[^\n]*\n$/)
  })

  it('[IM6] is described by the Dockerfile as promised', () => {
    const bases = instructions().filter(({ verb }) => verb === 'FROM').map(({ rest }) => rest.split(' ')[0])
    expect(bases).toEqual(['node:26-trixie-slim', 'manifests', 'manifests', 'scratch'])
    expect(userId).toBeGreaterThan(0)
    expect(settingOf('VOLUME')).toBe('/data')
    expect(environment()).toMatchObject({ HOST: '0.0.0.0', COWRITE_DATA: '/data', NODE_ENV: 'production' })
    // Arrays: no shell between the signal and the process, and there is no shell in the image.
    expect(command.slice(0, 2)).toEqual(['node', '/app/server/dist/main.js'])
    expect(healthCommand).toEqual(['node', '/app/server/dist/main.js', 'health'])
    const installs = instructions().filter(({ rest }) => /npm (ci|i|install)\b/.test(rest)).map(({ rest }) => rest)
    expect(installs).toEqual(['npm ci', 'npm ci --omit=dev -w @cowrite/server'])
  })

  it('[IM6] is started by compose.yaml read-only, with a volume, on loopback', () => {
    const compose = read('compose.yaml')
    expect(compose).toMatch(/^\s+- '127\.0\.0\.1:1234:1234'$/m)
    expect(compose).toMatch(/^\s+read_only: true$/m)
    expect(compose).toMatch(/^\s+- \w+:\/data$/m)
    expect(compose).toMatch(/^\s+cap_drop: \[ALL\]$/m)
  })
})

function protect(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) protect(path)
    else if (entry.isFile()) chmodSync(path, 0o444)
  }
  chmodSync(folder, 0o555)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
