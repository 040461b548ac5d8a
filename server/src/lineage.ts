/**
 * Which lineage of a document a room is of.
 *
 * Owns: the epoch, and whether it is settled.
 * Does not own: refusing who has another (connection.ts), writing it down (storage does, with the first append).
 * Always holds: once the document is stored the epoch never changes. Before that it is only a proposal.
 */
import { randomUUID } from 'node:crypto'

export class Lineage {
  #epoch: string
  #isStored: boolean
  #isTakenOn = false

  /** @param epoch of the document as stored; undefined while it is not */
  constructor(epoch: string | undefined) {
    this.#epoch = epoch ?? randomUUID()
    this.#isStored = epoch !== undefined
  }

  /** With what the document is stored, or will be. */
  get epoch(): string {
    return this.#epoch
  }

  get isStored(): boolean {
    return this.#isStored
  }

  /**
   * A client has a copy of this lineage.
   * @param isUntouched whether nobody has written anything yet. A document that is not stored then takes the
   * client's lineage on: its storage was lost, and who comes with a copy brings it back.
   * @returns whether the document is of the same
   */
  continues(epoch: string, isUntouched: boolean): boolean {
    if (!this.#isStored && isUntouched && !this.#isTakenOn) {
      this.#isTakenOn = true
      this.#epoch = epoch
    }
    return this.#epoch === epoch
  }

  /** An update is on disk. @returns whether it was the first */
  becomesStored(): boolean {
    const isFirst = !this.#isStored
    this.#isStored = true
    return isFirst
  }
}
