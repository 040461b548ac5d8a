/**
 * The real server as a process of its own, for tests that kill, stop and restart it.
 *
 * Owns: the child process, its data directory, what it wrote, and that nothing of it outlives the test.
 * Does not own: what the server does (server/), clients (typist.ts, and the packages themselves).
 * Always holds: the same port and data directory over all restarts; the server runs from the built
 * output, as an operator runs it; variables meant for tests never reach it as settings.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const mainFile = fileURLToPath(new URL('../../server/dist/main.js', import.meta.url))

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** From the signal (or the start, when it ended by itself) to the end, in milliseconds. */
  readonly ms: number
}

/** Processes that run now; killed when the test process itself ends early. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A new directory below the system's temporary one; remove it with `removeDirectory`. */
export const newDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'cowrite-test-'))

export const removeDirectory = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 })

/** Runs `cowrite` with these arguments to its end. For starts that are expected to fail. */
export async function runCowrite(args: readonly string[]): Promise<Ending & { stdout: string; stderr: string }> {
  const start = performance.now()
  const child = spawnCowrite(args)
  const stdout = textOf(child.stdout)
  const stderr = textOf(child.stderr)
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, ms: performance.now() - start, stdout: stdout(), stderr: stderr() }
}

export interface ServerProcessOptions {
  /** Further flags of `cowrite serve`, as `['--compact-after-updates', '50']`. */
  readonly flags?: readonly string[]
  /** Data directory; a new one, removed at the end, unless given. */
  readonly data?: string
  /** A module that is loaded into the process before the server; `ask` talks to it. */
  readonly preload?: URL
}

/** Starts a server. Whoever starts it calls `remove` when the test is over, whatever happened in it. */
export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const data = options.data ?? (await newDirectory())
  const server = new ServerProcess(data, options, await freePort())
  try {
    await server.start()
    return server
  } catch (error) {
    await server.remove()
    throw error
  }
}

export class ServerProcess {
  readonly data: string
  readonly #options: ServerProcessOptions
  readonly #port: number
  #child: ChildProcess | undefined
  #stderr: () => string = () => ''

  constructor(data: string, options: ServerProcessOptions, port: number) {
    this.data = data
    this.#port = port
    this.#options = options
  }

  get port(): number {
    return this.#port
  }

  /** Base address of the pages, as `http://127.0.0.1:1234`. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Base address for y-websocket clients. */
  get webSocketUrl(): string {
    return `ws://127.0.0.1:${this.#port}`
  }

  /** Of the process that runs now. */
  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('no server runs')
    return this.#child.pid
  }

  /** What this process wrote to standard error since its last start. */
  get stderr(): string {
    return this.#stderr()
  }

  /** Stops it in the middle of whatever it does: connections stay open and nothing is answered, as with a stuck disk. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  /** Lets it go on after `freeze`. */
  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** Starts it, always on the same port; resolves when it takes connections. */
  async start(): Promise<void> {
    const args = ['serve', '--port', String(this.#port), '--data', this.data, ...(this.#options.flags ?? [])]
    const child = spawnCowrite(args, this.#options.preload)
    this.#child = child
    this.#stderr = textOf(child.stderr)
    await this.#listens(child)
  }

  #listens(child: ChildProcess): Promise<void> {
    const stdout = textOf(child.stdout)
    return new Promise((resolve, reject) => {
      child.stdout?.on('data', () => {
        if (stdout().includes(`${this.url}/d/`)) resolve()
      })
      child.once('close', (code, signal) => {
        this.#child = undefined
        reject(new Error(`the server ended at its start (${code ?? signal}): ${this.stderr.trim()}`))
      })
    })
  }

  /** Asks the preloaded module. @returns its next message */
  async ask(question: string): Promise<unknown> {
    const child = this.#child
    if (child === undefined) throw new Error('the server does not run')
    const answer = once(child, 'message')
    child.send(question)
    return ((await answer) as unknown[])[0]
  }

  /** Sends a signal and resolves when the process is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ending> {
    const child = this.#child
    if (child === undefined) throw new Error('the server does not run')
    const start = performance.now()
    const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
    child.kill(signal)
    const [code, endedBy] = await closed
    this.#child = undefined
    return { code, signal: endedBy, ms: performance.now() - start }
  }

  /** `kill -9`, and the same server again on the same port and data. */
  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }

  /** Ends it if it runs, and removes its data directory unless it was given. */
  async remove(): Promise<void> {
    if (this.#child) await this.kill()
    if (this.#options.data === undefined) await removeDirectory(this.data)
  }
}

/**
 * A port for a server that will be restarted on it. Not one of the system's choice: while the server is
 * down, the system could give that one to anybody's outgoing connection (by default Linux does so from
 * 32768, others from 49152).
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (isFree) {
      await new Promise((resolve) => probe.close(resolve))
      return port
    }
  }
}

function spawnCowrite(args: readonly string[], preload?: URL): ChildProcess {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('COWRITE_') && name !== 'PORT' && name !== 'HOST'),
  )
  const child = preload
    ? spawn(process.execPath, ['--import', preload.href, mainFile, ...args], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    : spawn(process.execPath, [mainFile, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('close', () => running.delete(child))
  return child
}

/** Collects what a stream brings; call the result for the text so far. */
function textOf(stream: NodeJS.ReadableStream | null): () => string {
  let text = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => (text += chunk))
  return () => text
}
