/**
 * The restore points of a document that may be open.
 *
 * Owns: making one of everything accepted until now, and bringing the document back to one.
 * Does not own: where they are kept (persistence), who asks (restore-points.ts, operations/), which deletions leave
 * one (room.ts).
 * Always holds: bringing back is an edit like any other, so that nobody's connection ends and what others write
 * meanwhile stays; what it takes away is kept as a restore point itself.
 */
import type { RestorePoint, RestorePointNote, Storage } from '@cowrite/persistence'
import { STORED_UPDATE_LIMITS } from '@cowrite/protocol'
import { restoringUpdate } from './restoring.js'
import type { Room } from './room.js'

export interface DocumentPoints {
  readonly storage: Pick<Storage, 'keepRestorePoint' | 'loadRestorePoint' | 'load'>
  readonly rooms: { use<T>(name: string, work: (room: Room) => T): Promise<T> }
}

/** @returns undefined when nothing is there to be kept, or none are kept */
export async function keepPoint({ storage, rooms }: DocumentPoints, name: string, note: RestorePointNote): Promise<RestorePoint | undefined> {
  // What was accepted before the question is part of the answer.
  await rooms.use(name, whenSaved)
  return storage.keepRestorePoint(name, note)
}

/** @returns whether that changed anything; undefined when there is no such restore point */
export async function bringBackTo({ storage, rooms }: DocumentPoints, name: string, id: number, author: string | undefined): Promise<boolean | undefined> {
  const content = id > 0 ? await storage.loadRestorePoint(name, id) : undefined
  const stored = await storage.load(name)
  if (content === undefined || stored === undefined) return undefined
  const state = [...(stored.snapshot ? [stored.snapshot.update] : []), ...stored.tail.map((record) => record.update)]
  const update = await restoringUpdate({ state, content })
  if (update === undefined) return false
  await rooms.use(name, (room) => {
    room.accept(update, author, undefined, STORED_UPDATE_LIMITS, 'restore')
    return whenSaved(room)
  })
  return true
}

const whenSaved = (room: Room): Promise<void> =>
  new Promise((resolve, reject) => room.whenSaved((error) => (error ? reject(error) : resolve())))
