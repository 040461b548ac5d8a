/**
 * From storage to a room.
 *
 * Owns: how many documents are loaded at once, and the second try where a log cannot be read.
 * Does not own: that a room is loaded once for all who come (rooms.ts), what storage does about damage.
 * Always holds: whatever the number of documents that are asked for, few are on their way in at a time.
 */
import type { Storage, StoredDocument } from '@cowrite/persistence'
import { MalformedError } from '@cowrite/protocol'
import type { Clock } from './clock.js'
import type { Compactions } from './compactions.js'
import type { Log } from './log.js'
import { type ReadUpdate, readUpdates } from './read-updates.js'
import type { Room } from './room.js'
import { Slices } from './slices.js'
import { makeTurns } from './turns.js'

export interface LoadingOptions {
  readonly storage: Pick<Storage, 'load'>
  readonly compactions: Pick<Compactions, 'start' | 'consider'>
  readonly log: Log
  readonly clock: Clock
  readonly makeRoom: (name: string, stored: StoredDocument | undefined, tail: readonly ReadUpdate[]) => Room
}

/**
 * Documents loaded at once: enough for libuv's four threads, and so few that not hundreds are there in the same turn
 * of the event loop.
 */
const LOADS_AT_ONCE = 8

/** Loads the document of this name. It throws what storage throws. */
export function makeLoading({ storage, compactions, log, clock, makeRoom }: LoadingOptions): (name: string) => Promise<Room> {
  const inTurn = makeTurns(LOADS_AT_ONCE)
  const slices = new Slices(clock)
  const load = async (name: string): Promise<Room> => {
    const room = await inTurn(async () => {
      const stored = await storage.load(name)
      return makeRoom(name, stored, await readUpdates(stored?.tail ?? [], slices))
    })
    compactions.consider(name, room.state, 'load')
    return room
  }
  return async (name) => {
    try {
      return await load(name)
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      // Something in the log is no update. Compaction, which applies every one, puts it in quarantine.
      log.error({ err: error, room: name }, 'a stored update cannot be read')
      await compactions.start(name)
      return load(name)
    }
  }
}
