/**
 * Deleting documents, bringing them back, and beginning anew.
 *
 * Owns: the order of storage and rooms in each of these.
 * Does not own: what storage does to the bytes, the rooms themselves (rooms.ts).
 * Always holds: a deletion that fails has closed nobody; once it is on disk everybody in the document is closed
 * with 4404 in the same task, and whoever comes is refused with the same, until it is restored or created.
 */
import { type Storage, StorageError } from '@cowrite/persistence'
import type { RefusalCode } from '@cowrite/protocol'
import type { Clock } from './clock.js'
import type { Committer } from './committer.js'
import type { Log } from './log.js'
import type { PictureRemoval } from './picture-removal.js'
import type { Room } from './room.js'

export interface DeletionsOptions {
  readonly storage: Storage
  readonly committer: Pick<Committer, 'failingSince'>
  readonly clock: Clock
  readonly log: Log
  /** The room that is open for this document. */
  readonly roomOf: (name: string) => Room | undefined
  /** Resolves when no compaction of this document is under way. */
  readonly whenCompacted: (name: string) => Promise<void>
  /** Takes it out of what lies beside storage: files of changes that a stop could not save. */
  readonly forgetElsewhere?: ((name: string) => Promise<void>) | undefined
  /** Notes the document's pictures before its content is gone. */
  readonly pictures?: Pick<PictureRemoval, 'erasing'> | undefined
  /** Closes everybody in this document, and lets nobody see what was loaded before. */
  readonly expel: (name: string, code: RefusalCode, detail: string) => void
}

export class Deletions {
  readonly #options: DeletionsOptions

  constructor(options: DeletionsOptions) {
    this.#options = options
  }

  /**
   * Deletes a document so that `undelete` can bring it back. What was accepted until now is saved first.
   * Nothing happens when there is no such document.
   * @throws StorageError
   */
  async remove(name: string): Promise<void> {
    await this.#whenSaved(name)
    await this.#remove(name)
  }

  /** Brings back what `remove` deleted, as it was and in the same epoch. @throws StorageError */
  async undelete(name: string): Promise<void> {
    await this.#options.storage.restore(name)
    this.#options.log.info({ room: name }, 'document restored')
  }

  /**
   * Deletes a document for good. When this resolves no byte of its content is left in the data directory, but for its
   * pictures: these are noted, and go with the next `PictureRemoval.removeUnused`, where nothing else refers to them.
   * Nothing happens when there is no such document.
   * @throws StorageError; the document may then be deleted and bytes of it be left: call it again.
   */
  async erase(name: string): Promise<void> {
    const { storage, committer, clock, log, whenCompacted } = this.#options
    // Erasing may be what makes room on a full disk, so it waits for saving only where saving works.
    if (committer.failingSince === undefined) await this.#whenSaved(name)
    // The first step is quick: from then on nobody reads it, however long the second takes.
    await this.#remove(name)
    await whenCompacted(name)
    const erase = (): Promise<void> => storage.erase(name, clock.date())
    await (this.#options.pictures ? this.#options.pictures.erasing(name, erase) : erase())
    // Between the two steps its first word may have reached the disk, or somebody have brought it back and come in.
    if (await this.#isDeleted(name)) this.#options.expel(name, 'deleted', 'the document was deleted')
    await this.#options.forgetElsewhere?.(name)
    log.info({ room: name }, 'document erased for good')
  }

  /**
   * Begins a document explicitly: the only way to use the name of an erased one again. Nothing happens when it is there.
   * @throws StorageError `removed` when `undelete` could bring it back
   */
  async create(name: string): Promise<void> {
    const { storage, roomOf, expel } = this.#options
    await storage.create(name)
    // A room that was opened for a document not yet stored has chosen another epoch; its clients have heard of none.
    if (roomOf(name)?.lineage.isStored !== true) expel(name, 'internal', 'the document was created explicitly')
  }

  async #remove(name: string): Promise<void> {
    const { storage, clock, log, roomOf, expel } = this.#options
    await storage.remove(name, clock.date())
    // Whoever is the first in a document that nobody wrote to yet is in none that could be deleted.
    const room = roomOf(name)
    const mayBeUnderWay = room?.hasUnsaved === true && this.#options.committer.failingSince === undefined
    if (room?.lineage.isStored === false && !(mayBeUnderWay && await this.#isDeleted(name))) return
    log.info({ room: name }, 'document deleted')
    expel(name, 'deleted', 'the document was deleted')
  }

  /** What storage says; memory may not have heard yet of a first word that is on the disk. */
  async #isDeleted(name: string): Promise<boolean> {
    return this.#options.storage.load(name).then(() => false, (error: unknown) => error instanceof StorageError && error.code === 'removed')
  }

  /** Resolves when everything that was accepted for this document until now is on disk, or never will be. */
  async #whenSaved(name: string): Promise<void> {
    const room = this.#options.roomOf(name)
    if (room) await new Promise<void>((resolve) => room.whenSaved(() => resolve()))
  }
}
