/**
 * Which edit was sent when, and when each observer had it.
 *
 * Owns: latencies, and what is still missing at whom.
 * Always holds: an edit counts once for each observer, however often it arrives (a resync repeats);
 * latencies are of the edits sent since `startWindow` alone.
 */
import { createHistogram } from 'node:perf_hooks'

/** Who looks out for the edits of one document. */
export interface Observer {
  readonly document: number
  /** The newest edit seen of each typist of the document, by the typist's index. */
  readonly seen: Int32Array
}

export class Deliveries {
  /** Edits by sequence. */
  readonly #sentAt: number[] = []
  readonly #typist: number[] = []
  readonly #document: number[] = []
  /** Observers of each document. */
  readonly #observers: number[]
  readonly #latency = createHistogram()
  #windowFrom = 0
  #expected = 0
  #arrived = 0

  constructor(documents: number) {
    this.#observers = Array.from({ length: documents }, () => 0)
  }

  observer(document: number, typists: number): Observer {
    this.#observers[document] = (this.#observers[document] ?? 0) + 1
    return { document, seen: new Int32Array(typists).fill(-1) }
  }

  /** Numbers an edit that is sent now. */
  send(document: number, typist: number): number {
    const sequence = this.#sentAt.push(performance.now()) - 1
    this.#typist.push(typist)
    this.#document.push(document)
    this.#expected += this.#observers[document] ?? 0
    return sequence
  }

  receive(observer: Observer, sequence: number): void {
    const sentAt = this.#sentAt[sequence]
    const typist = this.#typist[sequence]
    // The edits of one typist come in order: what is not newer is a repetition.
    if (sentAt === undefined || typist === undefined || sequence <= (observer.seen[typist] ?? 0)) return
    observer.seen[typist] = sequence
    this.#arrived++
    if (sequence >= this.#windowFrom) this.#latency.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)))
  }

  documentOf(sequence: number): number {
    return this.#document[sequence] ?? -1
  }

  startWindow(): void {
    this.#windowFrom = this.#sentAt.length
    this.#latency.reset()
  }

  get sent(): number {
    return this.#sentAt.length
  }

  get sentInWindow(): number {
    return this.#sentAt.length - this.#windowFrom
  }

  /** Deliveries to observers that are still missing. */
  get missing(): number {
    return this.#expected - this.#arrived
  }

  get expected(): number {
    return this.#expected
  }

  /** Edit-to-observer times of the window, in milliseconds. */
  latencyMs(percentile: number): number {
    return this.#latency.percentile(percentile) / 1000
  }

  get maxLatencyMs(): number {
    return this.#latency.max / 1000
  }
}
