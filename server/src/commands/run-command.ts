/**
 * One command line, from its words to its exit code.
 *
 * Owns: parsing, where an operation runs, what is printed where.
 * Does not own: the process (main.ts), the commands.
 * Always holds: with --json standard output holds one JSON value, also when the command fails; a data directory
 * that is not there is never made by a command that only reads.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { OnProgress } from '@cowrite/persistence'
import { readSettings, type Settings, SettingError } from '../config.js'
import { withDataDirectory } from '../operations/alone.js'
import { type ArgsOf, type OperationName, type ResultOf, runOperation } from '../operations/index.js'
import { OperationError } from '../operations/operation.js'
import { askServer, NO_SERVER } from '../operations/operator-client.js'
import type { Command, Invocation } from './command.js'
import { ENDINGS } from './exit-codes.js'
import { commandFailure } from './failure-text.js'
import { COMMON_FLAGS, commandHelp, helpText } from './help-text.js'
import { progressBar } from './progress-bar.js'

export interface Terminal {
  readonly out: (text: string | Uint8Array) => Promise<void>
  readonly err: (text: string) => Promise<void>
  /** Writes to a terminal that somebody looks at, beside what the command prints; absent where there is none. */
  readonly show?: ((text: string) => void) | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** @returns the exit code */
export async function runCommand(
  words: readonly string[],
  commands: readonly Command[],
  env: Environment,
  terminal: Terminal,
): Promise<number> {
  const [name = 'help', ...rest] = words
  const isJson = rest.includes('--json')
  const bar = progressBar(terminal.show, () => performance.now())
  try {
    const help = helpFor(name, rest, commands)
    if (help !== undefined) {
      await terminal.out(help)
      return ENDINGS.ok.code
    }
    const command = find(name, commands)
    const invocation = parse(command, rest, env, bar.onProgress)
    const { result, text, ending = 'ok' } = await command.run(invocation)
    bar.clear()
    await terminal.out(isJson ? `${JSON.stringify(result)}\n` : text)
    return ENDINGS[ending].code
  } catch (error) {
    bar.clear()
    const { code, message } = commandFailure(error)
    await (isJson ? terminal.out(`${JSON.stringify({ error: { code, message } })}\n`) : terminal.err(`cowrite: ${message}\n`))
    return ENDINGS[code].code
  }
}

function find(name: string, commands: readonly Command[]): Command {
  const command = commands.find((candidate) => candidate.name === name)
  if (command === undefined) throw new OperationError('usage', `There is no command '${name}'. See 'cowrite help'.`)
  return command
}

/** The help text that was asked for, if one was. */
function helpFor(name: string, rest: readonly string[], commands: readonly Command[]): string | undefined {
  if (name === 'help' || name === '--help' || name === '-h') {
    const topic = rest.filter((word) => !word.startsWith('-')).join(' ')
    return topic === '' ? helpText(commands) : commandHelp(find(topic, commands))
  }
  return rest.includes('--help') || rest.includes('-h') ? commandHelp(find(name, commands)) : undefined
}

function parse(command: Command, words: readonly string[], env: Environment, onProgress: OnProgress): Invocation {
  // These take every setting as a flag, and nothing else.
  if (command.where === 'itself') {
    const settings = readSettings(words.filter((word) => word !== '--json'), env)
    return { positionals: [], values: {}, settings, onProgress, operate: refuseToOperate }
  }
  const { positionals, values } = parseWords(command, words)
  const needed = command.arguments.filter((argument) => !argument.startsWith('['))
  if (positionals.length < needed.length || positionals.length > command.arguments.length) {
    throw new OperationError('usage', `Usage: cowrite ${[command.name, ...command.arguments].join(' ')} [flags]. See 'cowrite help ${command.name}'.`)
  }
  const settings = readSettings(typeof values['data'] === 'string' ? ['--data', values['data']] : [], env)
  const operate: Invocation['operate'] = <Name extends OperationName>(name: Name, args: ArgsOf<Name>, alone?: () => Promise<ResultOf<Name>>) =>
    runSomewhere(command, settings, name, args as object, onProgress, alone) as Promise<ResultOf<Name>>
  return { positionals, values, settings, onProgress, operate }
}

function parseWords(command: Command, words: readonly string[]): { positionals: string[]; values: Record<string, string | boolean | undefined> } {
  const flags = Object.entries({ ...command.flags, ...COMMON_FLAGS })
  const options = Object.fromEntries(flags.map(([flag, { type }]) => [flag, { type }] as const))
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: true })
  } catch (error) {
    // parseArgs names the flag in its first sentence; the rest is advice about positionals.
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error)
    throw new SettingError(`${message}. See 'cowrite help ${command.name}'.`)
  }
}

const refuseToOperate = (): Promise<never> => Promise.reject(new Error('this command has no operations'))

async function runSomewhere(
  command: Command,
  settings: Settings,
  name: OperationName,
  args: object,
  onProgress: OnProgress,
  alone: (() => Promise<unknown>) | undefined,
): Promise<unknown> {
  const { data } = settings
  const answer = await askServer(data, name, args, onProgress)
  if (answer !== NO_SERVER) return answer
  if (!command.creates && !existsSync(join(data, 'CURRENT'))) {
    throw new OperationError('not-found', `There is no data directory at ${data}. Say where it is: --data DIR`)
  }
  if (alone) return alone()
  return withDataDirectory(settings, (context) => runOperation(name, context, args, onProgress))
}
