/**
 * Bringing a document back to what it held.
 *
 * Owns: the thread for it, one at a time, and its limits.
 * Does not own: what is to be restored (document-points.ts), the comparison (bring-back.ts).
 * Always holds: no Yjs document is built on the event loop; a thread that fails costs that question alone.
 */
import { Worker } from 'node:worker_threads'
import type { RestoringJob } from './restoring-worker.js'

const TIME_LIMIT_MS = 60_000
const MEMORY_LIMIT_MB = 512

let last: Promise<unknown> = Promise.resolve()

/** The update that turns a document into this content; undefined when it holds it already. @throws Error when that failed */
export function restoringUpdate(job: RestoringJob): Promise<Uint8Array | undefined> {
  const answer = last.then(() => ask(job))
  last = answer.catch(() => undefined)
  return answer
}

const ask = (workerData: RestoringJob): Promise<Uint8Array | undefined> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./restoring-worker.js', import.meta.url), {
      workerData,
      // Nothing of the server's settings, least of all its secrets, is any business of this thread.
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB },
    })
    const timer = setTimeout(() => void worker.terminate(), TIME_LIMIT_MS)
    worker.on('message', (update: Uint8Array | undefined) => resolve(update))
    worker.on('error', reject)
    worker.on('exit', () => {
      clearTimeout(timer)
      reject(new Error('the thread ended without an answer'))
    })
  })
