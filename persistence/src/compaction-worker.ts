/**
 * The thread that compacts: one job at a time, as messages.
 *
 * Owns: unpacking a job, running it, packing the result. Does not own: which job comes when, or how
 * long it may take (compactor.ts). Always holds: one answer per job, also when it fails; whatever breaks
 * beyond that ends this thread and not the process.
 */
import { parentPort } from 'node:worker_threads'
import { giveWayToOthers } from './background-thread.js'
import { CompactionError, type CompactionErrorCode, type CompactedDocument, compactDocument } from './compaction.js'

/** The tail comes as one block: one transfer for any number of updates, and the owner's bytes stay the owner's. */
export interface CompactionJob {
  readonly snapshot: { readonly update: Uint8Array; readonly through: number } | undefined
  readonly bytes: Uint8Array
  /** For each update where it ends in `bytes`. */
  readonly ends: Float64Array
  readonly sequences: Float64Array
}

export type CompactionAnswer =
  | { readonly compacted: CompactedDocument }
  | { readonly failed: { readonly code: CompactionErrorCode; readonly message: string } }

giveWayToOthers()

parentPort?.on('message', (job: CompactionJob) => {
  const answer = run(job)
  parentPort?.postMessage(answer, 'compacted' in answer ? buffersOf(answer.compacted) : [])
})

function run(job: CompactionJob): CompactionAnswer {
  try {
    const tail = Array.from(job.sequences, (sequence, index) => ({
      sequence,
      update: job.bytes.subarray(index === 0 ? 0 : job.ends[index - 1], job.ends[index]),
    }))
    return { compacted: compactDocument(job.snapshot, tail) }
  } catch (error) {
    const code = error instanceof CompactionError ? error.code : 'crashed'
    return { failed: { code, message: error instanceof Error ? error.message : String(error) } }
  }
}

/** Each buffer once, and only whole ones: a view into a larger buffer is copied by the message instead. */
function buffersOf({ snapshot }: CompactedDocument): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const { buffer, byteLength } of [snapshot.update, snapshot.stateVector, snapshot.deletions]) {
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffers.add(buffer)
  }
  return [...buffers]
}
