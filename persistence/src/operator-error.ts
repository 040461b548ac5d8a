/**
 * What an operator's tool could not do, for a reason that a person or a script can act on.
 *
 * Owns: the reasons. Does not own: exit codes (server/src/commands/exit-codes.ts).
 * Always holds: the message says what to do; nothing was changed.
 */
export type OperatorErrorCode =
  /** What was asked for is not there. */
  | 'not-found'
  /** Something is there that would be overwritten. */
  | 'exists'
  /** What was to be read is damaged. */
  | 'damaged'
  /** What was given cannot be used for this. */
  | 'unusable'

export class OperatorError extends Error {
  override readonly name = 'OperatorError'
  constructor(
    readonly code: OperatorErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
