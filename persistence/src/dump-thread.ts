/**
 * `dumpDocument` beside the event loop.
 *
 * Owns: the thread and its limits. Always holds: a document that breaks Yjs, or takes too long, costs this dump alone.
 */
import { Worker } from 'node:worker_threads'
import type { DumpFormat } from './dump.js'
import type { DumpJob } from './dump-worker.js'
import { OperatorError } from './operator-error.js'
import type { StoredDocument } from './storage.js'

const TIME_LIMIT_MS = 120_000
const MEMORY_LIMIT_MEGABYTES = 1_024

/** @throws OperatorError `damaged` when the document does not load or takes too long; what the signal says */
export function dumpInThread(
  { snapshot, tail }: Pick<StoredDocument, 'snapshot' | 'tail'>,
  format: DumpFormat,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const job: DumpJob = { updates: [...(snapshot ? [snapshot.update] : []), ...tail.map(({ update }) => update)], format }
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const worker = new Worker(new URL('./dump-worker.js', import.meta.url), {
      workerData: job,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MEGABYTES },
    })
    const unreadable = (what: string, cause?: unknown): OperatorError =>
      new OperatorError('damaged', `The document cannot be read: ${what}. Compacting it puts in quarantine what cannot be applied.`, { cause })
    const onAbort = (): void => end(() => reject(signal.reason as Error))
    const timer = setTimeout(() => end(() => reject(unreadable(`it takes longer than ${TIME_LIMIT_MS / 1_000} s`))), TIME_LIMIT_MS)
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      settle()
      void worker.terminate()
    }
    signal.addEventListener('abort', onAbort)
    worker.once('message', (bytes: Uint8Array) => end(() => resolve(bytes)))
    worker.once('error', (error) => end(() => reject(unreadable(error.message, error))))
    worker.once('exit', () => end(() => reject(unreadable('its thread ended'))))
  })
}
