/**
 * `compact`: new snapshots now, of one document or of all.
 *
 * Does not own: how a snapshot is made, or what is put in quarantine (compactions.ts).
 * Always holds: one document after the other; one that cannot be compacted is listed and the rest goes on.
 */
import { StorageError } from '@cowrite/persistence'
import { operation, type OperationContext, optional, text } from './operation.js'
import { loadPresent } from './standing.js'

export interface Compacted {
  /** Documents that were looked at, and those that got a new snapshot. */
  readonly documents: number
  readonly compacted: number
  /** Updates that stand in those snapshots now. */
  readonly updates: number
  /** Updates that no document can apply, and are in quarantine now. */
  readonly quarantined: number
  /** Documents whose snapshot could not be made; they are as they were. */
  readonly failed: readonly string[]
}

const PAGE = 100

export const compact = operation({ document: optional(text) }, async (context, { document }, progress): Promise<Compacted> => {
  const counts = { documents: 0, compacted: 0, updates: 0, quarantined: 0, failed: [] as string[] }
  if (document !== undefined) {
    await loadPresent(context.storage, document)
    await compactOne(context, document, counts)
    return counts
  }
  let after: string | undefined
  for (;;) {
    const names = await context.storage.list({ ...(after === undefined ? {} : { after }), limit: PAGE })
    for (const name of names) {
      context.signal.throwIfAborted()
      await compactOne(context, name, counts)
      progress(counts.documents, undefined, 'documents')
    }
    after = names.at(-1)
    if (names.length < PAGE) return counts
  }
})

async function compactOne(
  { storage, rooms }: OperationContext,
  name: string,
  counts: { documents: number; compacted: number; updates: number; quarantined: number; failed: string[] },
): Promise<void> {
  try {
    counts.documents++
    const before = await storage.load(name)
    if (before === undefined || before.tail.length === 0) return
    await rooms.compact(name)
    const after = await storage.load(name)
    if ((after?.snapshot?.through ?? 0) > (before.snapshot?.through ?? 0)) {
      counts.compacted++
      counts.updates += before.tail.length
      counts.quarantined += (after?.quarantined ?? 0) - before.quarantined
    } else counts.failed.push(name)
  } catch (error) {
    // It was deleted meanwhile.
    if (!(error instanceof StorageError) || error.code !== 'removed') throw error
  }
}
