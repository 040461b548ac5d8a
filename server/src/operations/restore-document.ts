/**
 * `restore-document`: one document out of a backup, while everybody works.
 *
 * Owns: what is taken of it. Does not own: reading the backup, exchanging the document in one step (persistence).
 * Always holds: it begins a new epoch, so that no client of before merges back what was there; the document as it
 * was is there until the one step, and a document that is there is replaced only with `force`.
 */
import { addMentions, bringBackFiles, readBackedUp } from '@cowrite/persistence'
import { levelStorageOf } from './level-only.js'
import { flag, operation, OperationError, optional, text, wholeNumber } from './operation.js'
import { standingOf } from './standing.js'

export interface RestoredDocument {
  readonly document: string
  /** The backup that it is of, and when that was made, in milliseconds since 1970. */
  readonly part: number
  readonly time: number
  /** Updates and records of the backup that no document can apply or that are damaged; they were left out. */
  readonly leftOut: number
  /** Pictures of it that were not here any more. */
  readonly pictures: number
  /** Whether there was a document of this name. */
  readonly replaced: boolean
}

export const restoreDocument = operation(
  { directory: text, document: text, part: optional(wholeNumber), force: flag },
  async ({ storage, rooms, files, compactor, signal }, args, onProgress): Promise<RestoredDocument> => {
    const { directory, document: name, part, force } = args
    const level = levelStorageOf(storage)
    const replaced = (await standingOf(storage, name)) === 'present'
    if (replaced && !force) throw new OperationError('exists', `'${name}' is there. With --force the one of the backup takes its place.`)
    const found = await readBackedUp(directory, name, { part, onProgress, signal })
    const { snapshot, rejected } = await compactor.compact(found.snapshot, found.tail)
    // Before the document that shows them.
    const shown = new Set<string>()
    addMentions(snapshot.update, shown)
    const pictures = await bringBackFiles(directory, shown, files)
    // What people write until now is lost with what was there; they are told as soon as it is.
    await level.replace({ name, update: snapshot.update, time: Date.now() })
    rooms.replaced(name)
    return { document: name, part: found.part, time: found.time, leftOut: rejected.length + found.damaged, pictures, replaced }
  },
)
