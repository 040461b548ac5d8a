/**
 * Whether this copy of the document is still the server's: frames that were lost on the way show nowhere else.
 *
 * Owns: telling the server the digest of this copy now and then, and what its answer means.
 * Does not own: the exchange that brings both sides together (y-websocket, and the server's step 1).
 * Always holds:
 *  - a copy with anything unsaved is not compared, since the server's lacks that rightly;
 *  - what is on its way from the server counts as there: its answer comes behind it.
 *
 * A state vector would not do: it does not tell what was deleted.
 */
import { type ClockRange, DIFFERS_FRAME, Digest, encodeDigest, isSameDigest } from '@cowrite/protocol'
import * as decoding from 'lib0/decoding'
import type { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { sendOver, sendStep1 } from './stock-provider.js'

/** Ticks between two comparisons while the document does not change. */
const CALM_TICKS = 2
/** Exchanges without success after which it is tried less and less often. */
const PATIENT_EXCHANGES = 6
/** Most ticks between two comparisons then. */
const MAX_TICKS = 12

/** The digest of a document, as the server makes it of what it has. */
export function digestOf(ydoc: Y.Doc): Uint8Array {
  const { sv, ds } = Y.snapshot(ydoc)
  return Digest.of(sv, rangesOf(ds)).bytes()
}

function* rangesOf({ clients }: Y.Snapshot['ds']): Generator<ClockRange> {
  for (const [client, deleted] of clients) for (const { clock, len } of deleted) yield { client, clock, end: clock + len }
}

export class Comparison {
  readonly #sync: WebsocketProvider
  /** Whether the server knows digests and this copy holds nothing that it may not have. */
  readonly #isComparable: () => boolean
  /** The digest until the document changes. */
  #digest: Uint8Array | undefined
  #changed = true
  /** Whether the server has been told a digest and has not answered: then it has the same. */
  #isTold = false
  #ticksToGo = 0
  /** Exchanges since both copies were last seen to be the same. */
  #exchanges = 0

  constructor(sync: WebsocketProvider, isComparable: () => boolean) {
    this.#sync = sync
    this.#isComparable = isComparable
    sync.doc.on('update', this.#onUpdate)
  }

  /** A new connection brings a new exchange. */
  disconnected(): void {
    this.#isTold = false
    this.#ticksToGo = 0
    this.#exchanges = 0
  }

  /** To be called every few seconds while the connection lives. */
  tick(): void {
    if (this.#isTold) this.#exchanges = 0
    if (this.#ticksToGo > 0 && !(this.#changed && this.#exchanges === 0)) {
      this.#ticksToGo--
      return
    }
    if (!this.#sync.synced) {
      // The question or its answer was lost.
      this.#ask()
    } else if (this.#isComparable()) {
      this.#isTold = sendOver(this.#sync, encodeDigest(this.#ownDigest()))
      this.#changed = false
      this.#ticksToGo = CALM_TICKS - 1
    }
  }

  /** The server told the digest of what it had committed when it heard ours. */
  received(decoder: decoding.Decoder): void {
    const digest = decoding.readTailAsUint8Array(decoder)
    this.#isTold = false
    if (!this.#isComparable() || !this.#sync.synced) return
    if (isSameDigest(digest, this.#ownDigest())) {
      this.#exchanges = 0
      return
    }
    this.#ask()
    sendOver(this.#sync, DIFFERS_FRAME)
  }

  close(): void {
    this.#sync.doc.off('update', this.#onUpdate)
  }

  /** Asks for what is missing here. Whether that helped shows soon: frames of the exchange may be lost as well. */
  #ask(): void {
    sendStep1(this.#sync)
    const vain = Math.max(0, this.#exchanges++ - PATIENT_EXCHANGES)
    this.#ticksToGo = Math.min(2 ** vain - 1, MAX_TICKS)
  }

  #ownDigest(): Uint8Array {
    return (this.#digest ??= digestOf(this.#sync.doc))
  }

  readonly #onUpdate = (): void => {
    this.#digest = undefined
    this.#changed = true
  }
}
