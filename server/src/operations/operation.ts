/**
 * What an operation is: the one form in which everything an operator can do is written, whether it
 * runs inside the server or beside it.
 *
 * Owns: the form, reading arguments, and the reasons for which an operation can fail.
 * Does not own: how an operation is asked for (operator-socket.ts, commands/).
 * Always holds: arguments that are missing, superfluous or of the wrong kind are refused before anything happens.
 */
import { CompactionError, type Compactor, type Files, type OnProgress, OperatorError, type Storage, StorageError } from '@cowrite/persistence'
import type { PictureRemoval } from '../picture-removal.js'
import type { Rooms } from '../rooms.js'

/** What only a running server has. */
export interface LiveServer {
  readonly connections: () => number
  readonly unsavedBytes: () => number
}

export interface OperationContext {
  readonly storage: Storage
  /** The way in for everything that changes a document: whoever is in it is told. */
  readonly rooms: Rooms
  readonly pictures: Pick<PictureRemoval, 'removeUnused'>
  readonly files: Files
  readonly compactor: Pick<Compactor, 'compact'>
  /** The data directory. */
  readonly data: string
  /** Absent where the operation runs beside no server, on a data directory that it has opened itself. */
  readonly live: LiveServer | undefined
  /** Ends the operation early. */
  readonly signal: AbortSignal
}

/** Reads one argument from what came as JSON. @throws OperationError `usage` */
export type Field<Value> = (value: unknown, name: string) => Value

export interface Operation<Args, Result> {
  readonly fields: { readonly [Name in keyof Args]: Field<Args[Name]> }
  readonly run: (context: OperationContext, args: Args, progress: OnProgress) => Promise<Result>
}

export const operation = <Args, Result>(
  fields: Operation<Args, Result>['fields'],
  run: Operation<Args, Result>['run'],
): Operation<Args, Result> => ({ fields, run })

export type FailureCode =
  /** It did not work. */
  | 'failed'
  /** It was asked for in a way that makes no sense. */
  | 'usage'
  /** What was read is damaged. */
  | 'damaged'
  /** Something is there that would be overwritten. */
  | 'exists'
  /** The data directory is in use by a process that does not answer. */
  | 'busy'
  /** What was asked for is not there. */
  | 'not-found'

export class OperationError extends Error {
  override readonly name = 'OperationError'
  constructor(
    readonly code: FailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

export const text: Field<string> = (value, name) => {
  if (typeof value !== 'string' || value === '') throw new OperationError('usage', `'${name}' must be a text.`)
  return value
}

export const flag: Field<boolean> = (value, name) => {
  if (value !== undefined && typeof value !== 'boolean') throw new OperationError('usage', `'${name}' must be true or false.`)
  return value === true
}

export const optional = <Value>(field: Field<Value>): Field<Value | undefined> => (value, name) =>
  value === undefined ? undefined : field(value, name)

export const wholeNumber: Field<number> = (value, name) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw new OperationError('usage', `'${name}' must be a whole number from 1.`)
  }
  return value
}

export const oneOf = <const Value extends string>(...values: readonly Value[]): Field<Value> => (value, name) => {
  const found = values.find((candidate) => candidate === value)
  if (found === undefined) throw new OperationError('usage', `'${name}' must be one of ${values.join(', ')}.`)
  return found
}

/** @throws OperationError `usage` */
export function readArgs<Args, Result>({ fields }: Operation<Args, Result>, given: unknown): Args {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new OperationError('usage', 'The arguments must be a JSON object.')
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(fields, name))
  if (unknown !== undefined) throw new OperationError('usage', `There is no argument '${unknown}'.`)
  const args: Partial<Args> = {}
  for (const name of Object.keys(fields) as (keyof Args & string)[]) args[name] = fields[name]((given as Record<string, unknown>)[name], name)
  return args as Args
}

/** What went wrong, in the words of an operator. */
export function failureOf(error: unknown): { readonly code: FailureCode; readonly message: string } {
  if (error instanceof OperationError) return { code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof OperatorError) return { code: error.code === 'unusable' ? 'failed' : error.code, message }
  if (error instanceof CompactionError) return { code: 'damaged', message }
  if (!(error instanceof StorageError)) return { code: 'failed', message }
  const codes: Partial<Record<StorageError['code'], FailureCode>> = { locked: 'busy', damaged: 'damaged', removed: 'not-found' }
  return { code: codes[error.code] ?? 'failed', message }
}
