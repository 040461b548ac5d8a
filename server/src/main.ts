#!/usr/bin/env node
/**
 * The process: `cowrite <command>`.
 *
 * Owns: environment, signals, exit codes, standard output and error.
 * Does not own: the commands (commands/).
 * Always holds: the one file that reads `process.env` and calls `process.exit`; a failure is one line that says
 * what to do, and an exit code of the table in commands/exit-codes.ts.
 */
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { commandFailure } from './commands/failure-text.js'
import { COMMANDS } from './commands/index.js'
import { runCommand, type Terminal } from './commands/run-command.js'
import { serve } from './commands/serve.js'
import type { RunningServer } from './server.js'

/** Runs one command. Returns when it is done; `serve` is done when the server listens. */
export async function run(words: readonly string[]): Promise<void> {
  let isServing = false
  const onStarted = (server: RunningServer): void => {
    isServing = true
    exitOnSignal(server)
  }
  const code = await runCommand(words, [serve(onStarted), ...COMMANDS], process.env, terminal)
  if (!isServing) process.exit(code)
}

function exitOnSignal(server: RunningServer): void {
  const stop = (): void => {
    server.close().then(
      (saved) => process.exit(saved ? 0 : 1),
      (error: unknown) => {
        process.stderr.write(`cowrite: ${commandFailure(error).message}\n`)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
}

/** Waits until it is written: what still waits at `process.exit` is lost. */
const writeTo = (stream: NodeJS.WriteStream) => (text: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => void stream.write(text, () => resolve()))

// Who reads no further (`| head`) is no failure, and no reason to end a server.
process.stdout.on('error', () => undefined)

const terminal: Terminal = {
  out: writeTo(process.stdout),
  err: writeTo(process.stderr),
  show: process.stderr.isTTY ? (text) => void process.stderr.write(text) : undefined,
}

const isMain = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
if (isMain) await run(process.argv.slice(2))
