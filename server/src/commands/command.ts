/**
 * What a command of the command line is.
 *
 * Owns: the form of a command and of what it is given and gives back.
 * Does not own: parsing, printing (run-command.ts), or the work (operations/).
 * Always holds: a command prints nothing itself; it gives back the result for scripts and the text for people.
 */
import type { OnProgress } from '@cowrite/persistence'
import type { Settings } from '../config.js'
import type { ArgsOf, OperationName, ResultOf } from '../operations/index.js'
import type { Ending } from './exit-codes.js'

export interface Flag {
  readonly type: 'boolean' | 'string'
  /** What stands for the value in the help text. */
  readonly value?: string
  readonly help: string
}

export interface Invocation {
  /** As many as the command has `arguments`, maybe without those in brackets. */
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, string | boolean | undefined>>
  readonly settings: Settings
  readonly onProgress: OnProgress
  /**
   * Runs an operation: in the server of the data directory when one runs, else on the directory itself; there `alone`
   * does it where it is given.
   */
  readonly operate: <Name extends OperationName>(
    name: Name,
    args: ArgsOf<Name>,
    alone?: () => Promise<ResultOf<Name>>,
  ) => Promise<ResultOf<Name>>
}

export interface Outcome {
  /** What `--json` prints. */
  readonly result: unknown
  /** What people read. */
  readonly text: string | Uint8Array
  /** `ok` unless given. */
  readonly ending?: Ending
}

export interface Command {
  readonly name: string
  /** Names of what follows, as `<dir>`; in brackets what may be left out. */
  readonly arguments: readonly string[]
  /** One line, for the list of commands. */
  readonly summary: string
  /** Paragraphs, for `cowrite help <command>`. */
  readonly details: readonly string[]
  readonly flags: Readonly<Record<string, Flag>>
  /**
   * `either`: in the running server, or on a data directory that no server has open. `stopped`: only without a
   * server. `itself`: it has nothing to do with either, and takes
   * every setting as a flag; `nowhere`: it has nothing to do with either.
   */
  readonly where: 'either' | 'stopped' | 'itself' | 'nowhere'
  /** Whether it may begin a data directory that is not there yet. */
  readonly creates?: boolean
  readonly run: (invocation: Invocation) => Promise<Outcome>
}
