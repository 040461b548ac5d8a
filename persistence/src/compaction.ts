/**
 * Compaction: a document's snapshot and tail in, a new snapshot out.
 *
 * Owns: applying updates to a `Y.Doc`, finding those that break it, proving the result.
 * Does not own: threads (compactor.ts), storage, what happens to the updates that are rejected.
 * Always holds: the result loads into an empty document and encodes to the very same bytes; no
 * rejected update has any part in it; nothing it was given is changed. Pure, and heavy: it belongs in a worker.
 *
 * Why a `Y.Doc` and not `Y.mergeUpdates`: merging does not join runs of single characters, keeps
 * what was deleted, and one bad update among the input can make its whole output unreadable.
 */
import * as Y from 'yjs'
import type { LogRecord, Snapshot } from './storage.js'

/** Updates applied in one transaction: its fixed cost spreads over them, while its work per update stays small. */
const UPDATES_PER_TRANSACTION = 500

/** How often the result is encoded anew until it encodes to itself; the second time was always enough. */
const MAX_ENCODINGS = 4

export type TailUpdate = Pick<LogRecord, 'sequence' | 'update'>

export interface RejectedUpdate {
  readonly sequence: number
  /** One sentence without content. */
  readonly reason: string
}

export interface CompactedDocument {
  readonly snapshot: Snapshot
  /** The last sequence of what was compacted. */
  readonly through: number
  /** Updates left out; to be quarantined before the snapshot is stored. */
  readonly rejected: readonly RejectedUpdate[]
}

export type CompactionErrorCode =
  /** The former snapshot does not load: nothing can be built on it. */
  | 'unreadable-snapshot'
  /** The result did not load back to itself, and no single update is the reason; it must not replace anything. */
  | 'not-proven'
  /** The worker died at it, or took longer than allowed. */
  | 'crashed'
  | 'timed-out'
  /** The compactor was closed before it was done. */
  | 'closed'

/** A compaction that gave no result. The document stays as it was. */
export class CompactionError extends Error {
  override readonly name = 'CompactionError'
  constructor(
    readonly code: CompactionErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * Builds the snapshot that stands for `snapshot` and `tail`.
 * An update is rejected when applying it throws, when it needs something that is nowhere in the
 * document (it would wait for ever, and every later load with it), or when the document does not load back with it.
 * @throws CompactionError `unreadable-snapshot`, `not-proven`
 */
export function compactDocument(
  snapshot: (Pick<Snapshot, 'update'> & { readonly through: number }) | undefined,
  tail: readonly TailUpdate[],
): CompactedDocument {
  const rejected = new Map<number, RejectedUpdate>()
  for (;;) {
    const left = withoutRejected(tail, rejected)
    const proven = prove(claimOf(snapshot?.update, left, rejected))
    if (proven !== undefined) {
      return {
        snapshot: proven,
        through: tail.at(-1)?.sequence ?? snapshot?.through ?? 0,
        rejected: [...rejected.values()].toSorted((a, b) => a.sequence - b.sequence),
      }
    }
    const sequence = firstThatSpoils(snapshot?.update, withoutRejected(left, rejected))
    rejected.set(sequence, { sequence, reason: 'makes the document impossible to load' })
  }
}

/** A document in which nothing waits for what is not there; what had to be left out is added to `rejected`. */
function buildComplete(
  base: Uint8Array | undefined,
  tail: readonly TailUpdate[],
  rejected: Map<number, RejectedUpdate>,
): Y.Doc {
  for (;;) {
    const left = withoutRejected(tail, rejected)
    const doc = build(base, left, rejected)
    if (!isWaiting(doc)) return doc
    const before = rejected.size
    for (const { sequence, update } of withoutRejected(left, rejected)) {
      if (!isContained(doc, update)) rejected.set(sequence, { sequence, reason: 'needs updates that are not there' })
    }
    // Leaving one out can leave others without what they need, so again; but the snapshot itself cannot be left out.
    if (rejected.size === before) throw new CompactionError('unreadable-snapshot', 'The former snapshot is incomplete.')
    doc.destroy()
  }
}

/**
 * Some updates apply without a word and make every later load fail (a struct of length zero does).
 * Which one it is shows the shortest beginning of the tail that does not load back.
 * @throws CompactionError when the snapshot alone does not load back
 */
function firstThatSpoils(base: Uint8Array | undefined, tail: readonly TailUpdate[]): number {
  const loadsBack = (count: number): boolean =>
    prove(claimOf(base, tail.slice(0, count), new Map())) !== undefined
  if (!loadsBack(0)) throw new CompactionError('not-proven', 'The former snapshot does not load back to itself.')
  let sound = 0
  let spoilt = tail.length
  while (spoilt - sound > 1) {
    const middle = Math.floor((sound + spoilt) / 2)
    if (loadsBack(middle)) sound = middle
    else spoilt = middle
  }
  const culprit = tail[sound]
  if (culprit === undefined) throw new CompactionError('not-proven', 'The new snapshot does not load back to itself.')
  return culprit.sequence
}

/** A document of all that applies; what throws is added to `rejected` and leaves no trace in it. */
function build(
  base: Uint8Array | undefined,
  tail: readonly TailUpdate[],
  rejected: Map<number, RejectedUpdate>,
): Y.Doc {
  const start = open(base)
  try {
    for (let from = 0; from < tail.length; from += UPDATES_PER_TRANSACTION) {
      start.transact(() => {
        for (const { update } of tail.slice(from, from + UPDATES_PER_TRANSACTION)) Y.applyUpdate(start, update)
      })
    }
    return start
  } catch {
    start.destroy()
    return buildOneByOne(base, tail, rejected)
  }
}

/**
 * The slow way, once something throws: each update in a transaction of its own tells which. An apply
 * that throws may leave half of its update in the store, so the document is then built again from
 * the last state known to be good. Later throws start from there, not from the beginning.
 */
function buildOneByOne(
  base: Uint8Array | undefined,
  tail: readonly TailUpdate[],
  rejected: Map<number, RejectedUpdate>,
): Y.Doc {
  let good = base
  let doc = open(good)
  let sinceGood: Uint8Array[] = []
  for (const { sequence, update } of tail) {
    try {
      Y.applyUpdate(doc, update)
      sinceGood.push(update)
    } catch (error) {
      rejected.set(sequence, { sequence, reason: `cannot be applied: ${messageOf(error)}` })
      doc.destroy()
      doc = open(good)
      for (const former of sinceGood) Y.applyUpdate(doc, former)
      good = Y.encodeStateAsUpdate(doc)
      sinceGood = []
    }
  }
  return doc
}

function open(update: Uint8Array | undefined): Y.Doc {
  const doc = new Y.Doc()
  try {
    if (update !== undefined) Y.applyUpdate(doc, update)
  } catch (error) {
    throw new CompactionError('unreadable-snapshot', 'The former snapshot does not load.', { cause: error })
  }
  return doc
}

const isWaiting = (doc: Y.Doc): boolean => doc.store.pendingStructs !== null || doc.store.pendingDs !== null

/** Whether all that an update inserts and deletes is in the document, and not waiting for something. */
function isContained(doc: Y.Doc, update: Uint8Array): boolean {
  const states = Y.snapshot(doc).sv
  const { to } = Y.parseUpdateMeta(update)
  for (const [client, end] of to) if (end > (states.get(client) ?? 0)) return false
  for (const [client, ranges] of Y.decodeUpdate(update).ds.clients) {
    for (const { clock, len } of ranges) if (clock + len > (states.get(client) ?? 0)) return false
  }
  return true
}

/** What a document holds, and bytes that are to come back as that. */
interface Claim {
  readonly expected: Y.Snapshot
  readonly update: Uint8Array
}

/**
 * Encodes the document of all that applies; what had to be left out is added to `rejected`. The document itself does
 * not outlive this: the one that proves the bytes takes as much memory.
 * @returns undefined when it cannot be encoded
 */
function claimOf(base: Uint8Array | undefined, tail: readonly TailUpdate[], rejected: Map<number, RejectedUpdate>): Claim | undefined {
  const doc = buildComplete(base, tail, rejected)
  try {
    return { expected: Y.snapshot(doc), update: Y.encodeStateAsUpdate(doc) }
  } catch {
    return undefined
  }
}

/** Loads the bytes back until they stay the same; undefined when they do not come back whole. */
function prove(claim: Claim | undefined): Snapshot | undefined {
  if (!claim) return undefined
  try {
    const { expected } = claim
    let { update } = claim
    for (let encodings = 1; encodings <= MAX_ENCODINGS; encodings++) {
      const loaded = open(update)
      if (isWaiting(loaded) || !Y.equalSnapshots(expected, Y.snapshot(loaded))) return undefined
      const again = Y.encodeStateAsUpdate(loaded)
      const stateVector = Y.encodeStateVector(loaded)
      loaded.destroy()
      // Runs that separate transactions left apart are joined by loading: then the joined form is proven.
      if (areEqual(update, again)) return { update, stateVector, deletions: Y.diffUpdate(update, stateVector) }
      update = again
    }
    return undefined
  } catch {
    return undefined
  }
}

const withoutRejected = (
  tail: readonly TailUpdate[],
  rejected: ReadonlyMap<number, RejectedUpdate>,
): readonly TailUpdate[] => (rejected.size === 0 ? tail : tail.filter(({ sequence }) => !rejected.has(sequence)))

const areEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
