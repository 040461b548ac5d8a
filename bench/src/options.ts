/**
 * The command line of the suite.
 *
 * Owns: its flags. Always holds: what is not understood is refused by name before anything runs.
 */
import { parseArgs } from 'node:util'
import { type Mode, SERVER_NAMES, type ServerName } from './scenario.js'

export interface Options {
  readonly mode: Mode
  /** Names of scenarios; all when empty. */
  readonly only: readonly string[]
  readonly servers: readonly ServerName[]
  /** Compare with the committed ratios instead of writing results. */
  readonly check: boolean
  /** Print results without writing RESULTS.md. */
  readonly dry: boolean
  /** Repetitions, instead of what the scenarios ask for. */
  readonly repeats: number | undefined
}

const list = (text: string | undefined): string[] =>
  (text ?? '').split(',').map((item) => item.trim()).filter((item) => item !== '')

/** @throws Error in one line */
export function readOptions(args: readonly string[], scenarioNames: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' }, full: { type: 'boolean' }, only: { type: 'string' }, check: { type: 'boolean' },
      dry: { type: 'boolean' }, 'only-servers': { type: 'string' }, repeats: { type: 'string' },
    },
  })
  if (values.quick && values.full) throw new Error('--quick or --full, not both')
  if (values.check && values.full) throw new Error('--check compares quick runs')
  const only = list(values.only)
  const unknown = only.find((name) => !scenarioNames.includes(name))
  if (unknown !== undefined) throw new Error(`no scenario '${unknown}'; there are ${scenarioNames.join(', ')}`)
  const servers = list(values['only-servers'])
  const known = servers.map((name) => SERVER_NAMES.find((candidate) => candidate === name))
  if (known.includes(undefined)) throw new Error(`--only-servers takes ${SERVER_NAMES.join(', ')}`)
  const repeats = values.repeats === undefined ? undefined : Number(values.repeats)
  if (repeats !== undefined && !(Number.isInteger(repeats) && repeats > 0)) throw new Error('--repeats takes a whole number from 1')
  return {
    mode: values.full ? 'full' : 'quick',
    only,
    servers: servers.length === 0 ? SERVER_NAMES : known.filter((name) => name !== undefined),
    check: values.check === true,
    dry: values.dry === true,
    repeats,
  }
}
