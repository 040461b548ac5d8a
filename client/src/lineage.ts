/**
 * Which lineage of the document the copy in this tab is of.
 *
 * Owns: telling the server at the start of each connection, hearing the document's, and holding back what comes before.
 * Does not own: what becomes of edits of another lineage (unsaved-edits.ts).
 * Always holds: of a document that may be of another lineage than this copy nothing is taken in; a server that does
 * not know epochs is found out by the step 2 that comes without one.
 *
 * Dropping early updates loses nothing: the step 2 that answers this connection's step 1 holds everything that
 * was sent before it.
 */
import { encodeEpoch, SyncType } from '@cowrite/protocol'
import * as decoding from 'lib0/decoding'

export interface LineageOptions {
  /** Sends a frame on the open connection. */
  send(frame: Uint8Array): void
  /** The document's epoch is known: empty while it has none, undefined when the server tells none. */
  known(epoch: string | undefined): void
}

export class Lineage {
  readonly #options: LineageOptions
  #epoch = ''
  #answered: 'not yet' | 'yes' | 'never' = 'not yet'

  constructor(options: LineageOptions) {
    this.#options = options
  }

  /** Of the copy in this tab; empty while it has none. */
  get epoch(): string {
    return this.#epoch
  }

  /** Whether the server of this connection knows epochs, and with them seeds. */
  get isKnown(): boolean {
    return this.#answered === 'yes'
  }

  /** The copy in this tab was made in an earlier visit, in this lineage. */
  adopt(epoch: string): void {
    this.#epoch = epoch
  }

  /** A connection is open, and nothing was sent on it yet. */
  opened(): void {
    this.#answered = 'not yet'
    this.#options.send(encodeEpoch(this.#epoch === '' ? undefined : this.#epoch))
  }

  /** The server's answer. Reading never throws, whatever came. */
  received(decoder: decoding.Decoder): void {
    let epoch: string
    try {
      epoch = decoding.readVarString(decoder)
    } catch {
      return
    }
    this.#answered = 'yes'
    // It closes who names another; with no copy yet, its word is this copy's lineage.
    if (this.#epoch === '') this.#epoch = epoch
    this.#options.known(epoch)
  }

  /** Whether a sync message of this kind may be taken in. */
  takes(kind: number): boolean {
    if (this.#answered !== 'not yet' || kind === SyncType.step1) return true
    if (kind === SyncType.step2) {
      this.#answered = 'never'
      this.#options.known(undefined)
      return true
    }
    return this.#epoch === ''
  }
}
