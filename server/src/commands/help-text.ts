/**
 * What `cowrite help` prints.
 *
 * Owns: the layout. Does not own: the words (each command, config.ts).
 */
import { SETTINGS } from '../config.js'
import type { Command } from './command.js'
import { ENDINGS } from './exit-codes.js'

/** Flags that every command but serve and health has. */
export const COMMON_FLAGS = {
  data: { type: 'string', value: 'DIR', help: `the data directory (${SETTINGS.data.env}; default: ${SETTINGS.data.default})` },
  json: { type: 'boolean', help: 'print the result as one JSON value and nothing else' },
} as const

const LINE = 96

export function helpText(commands: readonly Command[]): string {
  const lines = commands.map(({ name, arguments: wanted, summary }) => `  ${[name, ...wanted].join(' ').padEnd(34)} ${summary}\n`)
  return [
    'cowrite <command> [flags]\n\n',
    ...lines,
    `  ${'help [<command>]'.padEnd(34)} this text, or more about one command\n\n`,
    'Exit codes:\n',
    ...Object.values(ENDINGS).map(({ code, when }) => `  ${code}  ${when.replaceAll('`', '')}\n`),
    '\nSettings, as flag of serve and health or in the environment:\n',
    ...settingLines(),
  ].join('')
}

export function commandHelp(command: Command): string {
  const { name, arguments: wanted, details, flags, where } = command
  const lines = Object.entries({ ...flags, ...(where === 'itself' ? {} : COMMON_FLAGS) }).map(([flag, { help, ...rest }]) => {
    const shown = 'value' in rest && rest.value ? `--${flag} ${rest.value}` : `--${flag}`
    return `  ${shown.padEnd(22)} ${help}\n`
  })
  const places = {
    either: 'Runs in the server when one runs on this data directory, else on the directory itself.',
    stopped: 'The server must not be running.',
    itself: undefined,
    nowhere: undefined,
  }
  const paragraphs = [...details, places[where]].filter((text) => text !== undefined)
  return [
    `cowrite ${[name, ...wanted].join(' ')} [flags]\n\n`,
    ...paragraphs.map((text) => `${wrap(text)}\n`),
    ...(where === 'itself' ? settingLines() : lines),
  ].join('')
}

function settingLines(): string[] {
  return Object.values(SETTINGS).map(({ env, flag, default: value, help }) => {
    const shown = value === '' || (Array.isArray(value) && value.length === 0) ? 'none' : String(value)
    return `  --${flag.padEnd(22)} ${env.padEnd(30)} ${help} (default: ${shown})\n`
  })
}

function wrap(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > LINE) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((part) => `${part}\n`).join('')
}
