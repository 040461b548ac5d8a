/**
 * `restore-points`, `keep-restore-point` and `bring-back`: what a document held before, for the operator.
 *
 * Does not own: what happens to the document (document-points.ts).
 * Always holds: what was asked for and is not there is an error, never a silent nothing.
 */
import type { RestorePoint } from '@cowrite/persistence'
import { bringBackTo, keepPoint } from '../document-points.js'
import { operation, type OperationContext, OperationError, text, wholeNumber } from './operation.js'
import { missing, standingOf } from './standing.js'

export interface PointTold extends Omit<RestorePoint, 'sequence'> {
  readonly id: number
}
const told = ({ sequence, ...rest }: RestorePoint): PointTold => ({ id: sequence, ...rest })

export const listPoints = operation({ document: text }, async ({ storage }, { document }): Promise<{ document: string; restorePoints: PointTold[] }> => {
  await refuseAbsent({ storage }, document)
  return { document, restorePoints: (await storage.listRestorePoints(document)).map(told) }
})

export const keepOnePoint = operation({ document: text }, async (context, { document }): Promise<{ document: string; restorePoint: PointTold | null }> => {
  await refuseAbsent(context, document)
  const point = await keepPoint(context, document, { time: Date.now(), reason: 'asked' })
  return { document, restorePoint: point === undefined ? null : told(point) }
})

export const bringBack = operation(
  { document: text, id: wholeNumber },
  async (context, { document, id }): Promise<{ document: string; restored: number; changed: boolean }> => {
    await refuseAbsent(context, document)
    const changed = await bringBackTo(context, document, id, undefined)
    if (changed === undefined) throw new OperationError('not-found', `'${document}' has no restore point ${id}. See: cowrite restore-points <doc>`)
    return { document, restored: id, changed }
  },
)

async function refuseAbsent({ storage }: Pick<OperationContext, 'storage'>, document: string): Promise<void> {
  const standing = await standingOf(storage, document)
  if (standing === 'absent') throw missing(document)
  if (standing === 'deleted') throw new OperationError('not-found', `'${document}' is deleted. To bring it back: cowrite undelete`)
  if (standing === 'erased') throw new OperationError('not-found', `'${document}' was deleted for good, and its restore points with it.`)
}
