/**
 * Records judged beside the event loop.
 *
 * Owns: the thread, and handing it one portion after the other.
 * Does not own: what counts as wrong (record-check.ts), where the records come from (verify.ts).
 * Always holds: one portion is under way at a time; whatever a record does to the thread costs this run alone; the
 * thread ends with it.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Entry } from './level-scan.js'
import { OperatorError } from './operator-error.js'
import type { VerifyReport } from './verify.js'
import type { Judged } from './verify-worker.js'

const MEMORY_LIMIT_MEGABYTES = 1_024

/** @throws OperatorError `damaged` when a document takes the thread down; what `onPortion` throws */
export async function judgeInThread(portions: AsyncIterable<Entry[]>, onPortion: (judged: Judged) => void): Promise<VerifyReport> {
  const worker = new Worker(new URL('./verify-worker.js', import.meta.url), {
    // Nothing of the server's settings, least of all its secrets, is any business of this thread.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MEGABYTES },
  })
  const failed = new Promise<never>((_resolve, reject) => {
    worker.once('error', (cause) => reject(new OperatorError('damaged', `A document took the thread down that looked at it: ${cause.message}`, { cause })))
  })
  // It is awaited below, if it comes to that.
  failed.catch(() => {})
  const ask = async <T>(question: Entry[] | 'finish'): Promise<T> => {
    const answered = once(worker, 'message') as Promise<[T]>
    worker.postMessage(question, [])
    return (await Promise.race([answered, failed]))[0]
  }
  try {
    for await (const portion of portions) onPortion(await ask<Judged>(portion))
    return await ask<VerifyReport>('finish')
  } finally {
    await worker.terminate()
  }
}
