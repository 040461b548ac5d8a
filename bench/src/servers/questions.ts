/**
 * What the load process asks inside.ts in a server under test, over the child process's channel.
 *
 * Owns: the two types. Always holds: every question is answered with its own id, in order.
 */
export type Question = { readonly id: number } & (
  | { readonly ask: 'reset-loop' | 'loop' | 'collect-garbage' | 'start-profile' }
  | { readonly ask: 'stop-profile'; readonly path: string }
)

export interface Answer {
  readonly id: number
  /** Event-loop delay since the last reset, in milliseconds. */
  readonly p99Ms?: number
  readonly maxMs?: number
  /** The same without the time in which the main thread was ready to run and something else had its core. */
  readonly ownP99Ms?: number
  readonly ownMaxMs?: number
}
