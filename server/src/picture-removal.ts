/**
 * Pictures of documents that are erased.
 *
 * Owns: noting what an erased document referred to before it is gone, and removing what nothing refers to any more.
 * Does not own: where files lie (persistence), what else goes with a document (deletions.ts).
 * Always holds: a picture goes only if an erased document referred to it and nothing kept of any document does, deleted ones
 * that can be brought back, histories and quarantine included; a crash in between leaves the note, with which the
 * next start goes on.
 */
import { type Files, SerialQueue, type Storage } from '@cowrite/persistence'
import type { Log } from './log.js'

export interface PictureRemovalOptions {
  readonly storage: Pick<Storage, 'mentionedFiles'>
  readonly files: Pick<Files, 'doom' | 'doomed' | 'spare' | 'remove'>
  readonly log: Log
}

export class PictureRemoval {
  readonly #options: PictureRemovalOptions
  /** An erasure between the reading and the removing would be judged by what is not true any more. */
  readonly #queue = new SerialQueue()

  constructor(options: PictureRemovalOptions) {
    this.#options = options
  }

  /** Notes the pictures of a document, then has it erased. */
  erasing(name: string, erase: () => Promise<void>): Promise<void> {
    const { storage, files } = this.#options
    return this.#queue.run(async () => {
      await files.doom(await storage.mentionedFiles(name))
      await erase()
    })
  }

  /**
   * Removes the noted pictures that nothing refers to, and forgets the note of the others. Reads all that is kept where
   * anything is noted. @returns how many were removed. @throws StorageError; then the notes stay.
   */
  removeUnused(): Promise<number> {
    const { storage, files, log } = this.#options
    return this.#queue.run(async () => {
      const doomed = await files.doomed()
      if (doomed.length === 0) return 0
      const wanted = await storage.mentionedFiles()
      await files.spare(doomed.filter((hash) => wanted.has(hash)))
      const removed = await files.remove(doomed.filter((hash) => !wanted.has(hash)))
      log.info({ removed, kept: doomed.length - removed }, 'pictures of erased documents removed')
      return removed
    })
  }
}
