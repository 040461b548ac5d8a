/**
 * How much happened in a simulated run.
 *
 * Owns: what is counted, so that a run in which nothing happens is noticed. Does not own: the counting
 * (simulation.ts), what is enough (convergence.test.ts). Always holds: every count only grows.
 */
export interface Tally {
  edits: number
  joins: number
  crashes: number
  saved: number
  committed: number
  snapshots: number
  /** Moments at which a snapshot of an open room was not in memory. */
  letGo: number
}

export const emptyTally = (): Tally =>
  ({ edits: 0, joins: 0, crashes: 0, saved: 0, committed: 0, snapshots: 0, letGo: 0 })
