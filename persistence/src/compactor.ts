/**
 * Compaction beside the event loop: a few worker threads and a queue.
 *
 * Owns: the threads, which job runs when, and the limits of time and memory on each.
 * Does not own: what compaction is (compaction.ts), when a document needs it.
 * Always holds: jobs start in the order of the calls; each settles exactly once; a job that crashes
 * its thread, or takes too long, costs that job alone; an idle compactor keeps no process alive.
 */
import { Worker } from 'node:worker_threads'
import { type CompactedDocument, CompactionError, type TailUpdate } from './compaction.js'
import type { CompactionAnswer, CompactionJob } from './compaction-worker.js'
import type { Snapshot } from './storage.js'

export interface CompactorOptions {
  /** Threads at most, started when there is work for them. Default 1: they compete with the event loop for cores. */
  readonly threads?: number
  /** Milliseconds that one job may take before its thread is ended. Default 60,000. */
  readonly timeLimitMilliseconds?: number
  /** JavaScript heap of one thread in megabytes; past it the thread dies, and the process does not. Default 512. */
  readonly memoryLimitMegabytes?: number
  /** Milliseconds without work after which a thread is ended: its heap is several megabytes. Default 5,000. */
  readonly idleLimitMilliseconds?: number
}

/**
 * A thread that was at a document of so many bytes ends with the job: its heap has grown to several times as much, and
 * would be that much more under the next one.
 */
const LARGE_BYTES = 4 * 1024 * 1024

interface Waiting {
  readonly job: CompactionJob
  readonly isLarge: boolean
  readonly resolve: (compacted: CompactedDocument) => void
  readonly reject: (error: CompactionError) => void
}

interface Thread {
  readonly worker: Worker
  current: Waiting | undefined
  /** Ends a job that takes too long, or a thread that has none. */
  timer: NodeJS.Timeout | undefined
}

export class Compactor {
  readonly #threadLimit: number
  readonly #timeLimit: number
  readonly #memoryLimit: number
  readonly #idleLimit: number
  readonly #queue: Waiting[] = []
  readonly #threads = new Set<Thread>()
  #closed = false

  constructor(options: CompactorOptions = {}) {
    this.#threadLimit = options.threads ?? 1
    this.#timeLimit = options.timeLimitMilliseconds ?? 60_000
    this.#memoryLimit = options.memoryLimitMegabytes ?? 512
    this.#idleLimit = options.idleLimitMilliseconds ?? 5_000
  }

  /**
   * `compactDocument` in a thread. The bytes passed are copied before this returns, and stay the caller's.
   * @throws CompactionError
   */
  compact(
    snapshot: (Pick<Snapshot, 'update'> & { readonly through: number }) | undefined,
    tail: readonly TailUpdate[],
  ): Promise<CompactedDocument> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new CompactionError('closed', 'The compactor was closed.'))
      const job = pack(snapshot, tail)
      this.#queue.push({ job, isLarge: job.bytes.length + (job.snapshot?.update.length ?? 0) >= LARGE_BYTES, resolve, reject })
      this.#startNext()
    })
  }

  /** Ends the threads; what was not done is rejected as `closed`. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    const error = new CompactionError('closed', 'The compactor was closed.')
    for (const waiting of this.#queue.splice(0)) waiting.reject(error)
    await Promise.all([...this.#threads].map((thread) => this.#end(thread, error)))
  }

  #startNext(): void {
    if (this.#queue.length === 0) return
    const thread = [...this.#threads].find(({ current }) => current === undefined) ?? this.#startThread()
    if (thread === undefined) return
    const waiting = this.#queue.shift() as Waiting
    thread.current = waiting
    clearTimeout(thread.timer)
    thread.worker.ref()
    thread.timer = setTimeout(() => {
      void this.#end(thread, new CompactionError('timed-out', `It took longer than ${this.#timeLimit} ms.`))
    }, this.#timeLimit)
    const { job } = waiting
    const buffers = [job.bytes, job.ends, job.sequences, ...(job.snapshot ? [job.snapshot.update] : [])]
    thread.worker.postMessage(job, buffers.map(({ buffer }) => buffer as ArrayBuffer))
  }

  #startThread(): Thread | undefined {
    if (this.#threads.size >= this.#threadLimit) return undefined
    const worker = new Worker(new URL('./compaction-worker.js', import.meta.url), {
      // Nothing of the server's settings, least of all its secrets, is any business of this thread.
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.#memoryLimit },
    })
    const thread: Thread = { worker, current: undefined, timer: undefined }
    this.#threads.add(thread)
    worker.on('message', (answer: CompactionAnswer) => this.#answered(thread, answer))
    // Without this listener an error in the thread would be thrown in the process. `exit` follows it.
    worker.on('error', (cause) => {
      void this.#end(thread, new CompactionError('crashed', `Its thread died: ${cause.message}`, { cause }))
    })
    worker.on('exit', () => void this.#end(thread, new CompactionError('crashed', 'Its thread ended.')))
    return thread
  }

  #answered(thread: Thread, answer: CompactionAnswer): void {
    const waiting = this.#release(thread)
    thread.worker.unref()
    const idle = new CompactionError('closed', 'Its thread had no work.')
    if (waiting?.isLarge) void this.#end(thread, idle)
    else thread.timer = setTimeout(() => void this.#end(thread, idle), this.#idleLimit).unref()
    if ('compacted' in answer) waiting?.resolve(answer.compacted)
    else waiting?.reject(new CompactionError(answer.failed.code, answer.failed.message))
    this.#startNext()
  }

  /** Takes a thread out of service; the job it was at fails, the next one gets another thread. */
  async #end(thread: Thread, error: CompactionError): Promise<void> {
    if (!this.#threads.delete(thread)) return
    this.#release(thread)?.reject(error)
    this.#startNext()
    await thread.worker.terminate()
  }

  #release(thread: Thread): Waiting | undefined {
    const { current } = thread
    clearTimeout(thread.timer)
    thread.current = undefined
    return current
  }
}

function pack(
  snapshot: (Pick<Snapshot, 'update'> & { readonly through: number }) | undefined,
  tail: readonly TailUpdate[],
): CompactionJob {
  const ends = new Float64Array(tail.length)
  let length = 0
  for (const [index, { update }] of tail.entries()) ends[index] = length += update.length
  const bytes = new Uint8Array(length)
  for (const [index, { update }] of tail.entries()) bytes.set(update, index === 0 ? 0 : ends[index - 1])
  return {
    snapshot: snapshot && { update: new Uint8Array(snapshot.update), through: snapshot.through },
    bytes,
    ends,
    sequences: Float64Array.from(tail, ({ sequence }) => sequence),
  }
}
