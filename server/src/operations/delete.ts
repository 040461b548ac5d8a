/**
 * `delete` and `undelete`.
 *
 * Does not own: what happens to the bytes and to who is in the document (deletions.ts).
 * Always holds: what was asked for and could not be done is an error, never a silent nothing.
 */
import { flag, operation, OperationError, text } from './operation.js'
import { missing, standingOf } from './standing.js'

export interface Deleted {
  readonly document: string
  /** Whether it is gone for good. */
  readonly erased: boolean
  /** How many of its pictures went with it: those that nothing else refers to. Where it is gone for good. */
  readonly pictures?: number
}

export const deleteDocument = operation(
  { document: text, hard: flag },
  async ({ storage, rooms, pictures }, { document, hard }): Promise<Deleted> => {
    const standing = await standingOf(storage, document)
    if (standing === 'absent') throw missing(document)
    if (!hard && standing !== 'present') throw new OperationError('not-found', `'${document}' was deleted before.`)
    if (!hard) {
      await rooms.remove(document)
      return { document, erased: false }
    }
    await rooms.erase(document)
    return { document, erased: true, pictures: await pictures.removeUnused() }
  },
)

export const undelete = operation({ document: text }, async ({ storage, rooms }, { document }): Promise<{ document: string }> => {
  const standing = await standingOf(storage, document)
  if (standing === 'absent') throw missing(document)
  if (standing === 'erased') throw new OperationError('not-found', `'${document}' was deleted for good. A backup may have it: cowrite restore <dir> --doc.`)
  if (standing === 'present') throw new OperationError('exists', `'${document}' is not deleted.`)
  await rooms.undelete(document)
  return { document }
})
