/**
 * A refusal on its way to the client.
 *
 * Owns: carrying a code of the one table (protocol/errors.ts) from where a rule is broken to where
 * the connection or the HTTP answer is closed.
 * Always holds: the text a client sees comes from the table; `detail` is for the log alone.
 */
import { MalformedError, type RefusalCode } from '@cowrite/protocol'

export class Refused extends Error {
  override readonly name = 'Refused'
  constructor(
    readonly code: RefusalCode,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`)
  }
}

/** What a thrown value means to the client: its own code where it has one, else `internal`. */
export function refusalCodeOf(error: unknown): RefusalCode {
  return error instanceof Refused || error instanceof MalformedError ? error.code : 'internal'
}
