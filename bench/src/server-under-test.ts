/**
 * One server under test as a child process on a core of its own.
 *
 * Owns: the process, and asking it and the operating system about it.
 * Does not own: its command line (server-commands.ts), what is done to it (scenarios/).
 * Always holds: its output is drained, so that it never waits for us; it does not outlive this process.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { commandOf } from './server-commands.js'
import { nodeOnCore, SERVER_CORE } from './pinning.js'
import { type CpuReading, cpuBetween, type MemoryReading, readCpu, readMemory, resetPeak } from './process-figures.js'
import { type ServerName } from './scenario.js'
import type { Answer, Question } from './servers/questions.js'
import { sleep } from './waiting.js'

export interface StartOptions {
  /** Data directory; a new one unless given. */
  readonly data?: string
  /** With the allocator settings of Cowrite's image, whichever server it is; otherwise with glibc's defaults. */
  readonly allocatorOfImage?: boolean
}

type Ask = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 30_000
/** A server that does not answer within this time is too busy to be asked. */
const ANSWER_LIMIT_MS = 10_000
/** Output kept for error messages, in characters. */
const KEPT_OUTPUT = 4_000

/** What the image sets for glibc's allocator. */
const ALLOCATOR_OF_IMAGE = { MALLOC_MMAP_THRESHOLD_: '16384', MALLOC_TRIM_THRESHOLD_: '131072' }

export class ServerUnderTest {
  readonly data: string
  readonly port: number
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #lastId = 0

  private constructor(child: ChildProcess, data: string, port: number) {
    this.#child = child
    this.data = data
    this.port = port
    child.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer)
      this.#waiting.delete(answer.id)
    })
  }

  /** Resolves when it takes connections. @throws Error with its last output when it does not start */
  static async start(name: ServerName, data: string, options: StartOptions = {}): Promise<ServerUnderTest> {
    const { args, env, port } = await commandOf(name, data)
    const inside = new URL('servers/inside.js', import.meta.url).href
    const command = nodeOnCore(SERVER_CORE, ['--import', inside, ...args])
    const child = spawn(command.program, command.args, {
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...(options.allocatorOfImage === true ? ALLOCATOR_OF_IMAGE : {}), ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    process.once('exit', () => child.kill('SIGKILL'))
    return new ServerUnderTest(child, data, await portOf(child, port))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  cpu(): CpuReading {
    return readCpu(this.pid)
  }

  memory(): MemoryReading {
    return readMemory(this.pid)
  }

  resetPeak(): void {
    resetPeak(this.pid)
  }

  /** @returns undefined when the server was too busy to answer */
  ask(question: Ask): Promise<Answer | undefined> {
    const id = ++this.#lastId
    // A server that died shows in what it no longer does, not in an error here.
    this.#child.send({ id, ...question }, () => {})
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        resolve(undefined)
      }, ANSWER_LIMIT_MS)
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
    })
  }

  /** After a forced garbage collection: what is really held. */
  async heldMemory(): Promise<MemoryReading> {
    await this.ask({ ask: 'collect-garbage' })
    await sleep(200)
    await this.ask({ ask: 'collect-garbage' })
    return this.memory()
  }

  /** Resolves when it uses less than 3 % of a core over half a second, or after the limit. */
  async untilQuiet(limitMs = 30_000): Promise<void> {
    const deadline = performance.now() + limitMs
    while (performance.now() < deadline) {
      const before = this.cpu()
      await sleep(500)
      if (cpuBetween(before, this.cpu()) < 0.015) return
    }
  }

  /** SIGTERM, then SIGKILL. Resolves when it is gone. */
  async stop(): Promise<void> {
    if (!this.isRunning) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS)
    await gone
    clearTimeout(timer)
  }

  /** Ends it at once. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (!this.isRunning) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}

function portOf(child: ChildProcess, pattern: RegExp): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = ''
    const timer = setTimeout(() => reject(new Error(`the server did not start: ${output}`)), START_LIMIT_MS)
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-KEPT_OUTPUT)
        const port = pattern.exec(output)?.[1]
        if (port === undefined) return
        clearTimeout(timer)
        resolve(Number(port))
      })
    }
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`the server ended (${code ?? signal}): ${output}`))
    })
  })
}
