#!/usr/bin/env node
/**
 * The command line: `cowrite serve`, `cowrite health`, `cowrite help`.
 *
 * Owns: the process: environment, signals, exit codes, what a person at a terminal reads.
 * Always holds: the one file that reads `process.env` and calls `process.exit`; a failure to start is
 * one line that says what to do, and exit code 1.
 */
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { StorageError } from '@cowrite/persistence'
import { pathOfDocumentName } from '@cowrite/protocol'
import { addressOf } from './address.js'
import { readSettings, SettingError, SETTINGS, type Settings } from './config.js'
import { newDocumentName } from './new-document-name.js'
import { type RunningServer, startServer } from './server.js'

/** Runs one command. Returns when it is done; `serve` is done when the server listens. */
export async function run(args: readonly string[]): Promise<void> {
  const [command = 'help', ...flags] = args
  try {
    if (command === 'serve') await serve(readSettings(flags, process.env))
    else if (command === 'health') await health(readSettings(flags, process.env))
    else if (command === 'help' || command === '--help') process.stdout.write(helpText())
    else throw new SettingError(`There is no command '${command}'. See 'cowrite help'.`)
  } catch (error) {
    process.stderr.write(`cowrite: ${failureText(error)}\n`)
    process.exit(1)
  }
}

async function serve(settings: Settings): Promise<void> {
  const server = await startServer(settings)
  const exitWith = (close: Promise<boolean>): void => {
    close.then(
      (saved) => process.exit(saved ? 0 : 1),
      (error: unknown) => {
        process.stderr.write(`cowrite: ${failureText(error)}\n`)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => exitWith(server.close()))
  process.stdout.write(welcome(server, settings))
}

const welcome = (server: RunningServer, settings: Settings): string => {
  const where = settings.ephemeral ? 'in memory only: gone when the server stops' : settings.data
  return [
    '',
    `  Cowrite is running.`,
    '',
    `  New document   ${server.url}${pathOfDocumentName(newDocumentName(), '/d/')}`,
    `  Stock clients  ${server.url.replace(/^http/, 'ws')}/<document>`,
    `  Documents      ${where}`,
    '',
    `  Open the first address in two tabs. Ctrl+C stops.`,
    '',
    '',
  ].join('\n')
}

/** Asks a running server whether it lives; for container health checks. */
async function health({ host, port }: Settings): Promise<void> {
  const url = `${addressOf(host, port)}/readyz`
  const response = await fetch(url, { signal: AbortSignal.timeout(6_000) }).catch(() => undefined)
  if (response?.ok !== true) throw new SettingError(`No healthy server at ${url}.`)
  process.stdout.write('ok\n')
}

function failureText(error: unknown): string {
  if (error instanceof SettingError || error instanceof StorageError) return error.message
  if (!(error instanceof Error)) return String(error)
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string }
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken. Stop what uses it, or choose another: --port ${(port ?? 1234) + 1}`
    case 'EACCES':
      return `Port ${port} may not be opened by this user. Choose one above 1023: --port 1234`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${address ?? 'That host'} is no address of this machine. Choose another: --host 127.0.0.1`
    default:
      return error.message
  }
}

function helpText(): string {
  const rows = Object.values(SETTINGS).map(({ env, flag, default: value, help }) => {
    const shown = Array.isArray(value) && value.length === 0 ? 'none' : String(value)
    return `  --${flag.padEnd(22)} ${env.padEnd(30)} ${help} (default: ${shown})`
  })
  return [
    'cowrite serve [flags]    start the server',
    'cowrite health [flags]   ask a running server whether it can save; exit code 0 or 1',
    'cowrite help             this text',
    '',
    'Settings, as flag or in the environment:',
    ...rows,
    '',
  ].join('\n')
}

const isMain = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
if (isMain) await run(process.argv.slice(2))
