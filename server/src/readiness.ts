/**
 * Whether this server can do its work: can it save?
 *
 * Owns: the answer of /readyz.
 * Always holds: "ready" means that a record was written and synced just now; one probe at a time,
 * however many ask.
 */
import type { Storage } from '@cowrite/persistence'
import type { Clock } from './clock.js'
import type { Committer } from './committer.js'

/** A probe that takes longer than this counts as failed, in milliseconds. */
const PROBE_TIMEOUT_MS = 5_000

export type Readiness = { ready: true } | { ready: false; reason: 'stopping' | 'saving fails' | 'the disk is nearly full' | 'storage does not answer' }

export function makeReadiness(
  storage: Pick<Storage, 'probe'>,
  committer: Pick<Committer, 'failingSince'>,
  clock: Clock,
  isStopping: () => boolean,
  isSpaceLow: () => boolean = () => false,
): () => Promise<Readiness> {
  let probing: Promise<Readiness> | undefined

  const failure = (): Readiness => ({ ready: false, reason: isSpaceLow() ? 'the disk is nearly full' : 'saving fails' })

  const probe = (): Promise<Readiness> =>
    new Promise((resolve) => {
      const cancel = clock.after(PROBE_TIMEOUT_MS, () => resolve({ ready: false, reason: 'storage does not answer' }))
      storage
        .probe()
        .then(
          () => resolve({ ready: true }),
          () => resolve(failure()),
        )
        .finally(cancel)
    })

  return async () => {
    if (isStopping()) return { ready: false, reason: 'stopping' }
    if (committer.failingSince !== undefined) return failure()
    probing ??= probe().finally(() => (probing = undefined))
    return probing
  }
}
