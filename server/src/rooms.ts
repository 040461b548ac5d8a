/**
 * All rooms of this node: opening each once, keeping it while it is needed, putting it away.
 *
 * Owns: the map from name to room, and the states opening → open → gone.
 * Does not own: what happens inside a room.
 * Always holds:
 *  - one room per name, however many come at once; all of them wait for the same load;
 *  - a room with anything unsaved is never put away. Since everything else is on disk already,
 *    putting away takes no time and there is no state in which a joiner could meet half a room.
 */
import { StorageError, type Compactor, type Storage } from '@cowrite/persistence'
import { MalformedError, type RefusalCode } from '@cowrite/protocol'
import type { Clock } from './clock.js'
import type { Committer } from './committer.js'
import { Compactions } from './compactions.js'
import type { Connection } from './connection.js'
import type { Log } from './log.js'
import { Refused } from './refusal.js'
import { Room, type RoomOptions } from './room.js'
import { Snapshots } from './snapshots.js'

export interface RoomsOptions {
  readonly storage: Storage
  readonly committer: Committer
  readonly compactor: Pick<Compactor, 'compact'>
  readonly clock: Clock
  readonly log: Log
  readonly compactAfterUpdates: number
  /** How long an empty room stays in memory, in milliseconds. */
  readonly unloadAfterMs: number
  /** Bytes of snapshots that all rooms together keep in memory. */
  readonly snapshotCacheBytes: number
}

interface Place {
  readonly opening: Promise<Room>
  room: Room | undefined
  /** Set while the room is empty and saved: calls off putting it away. */
  cancelUnload: (() => void) | undefined
}

export class Rooms {
  readonly #options: RoomsOptions
  readonly #places = new Map<string, Place>()
  readonly #compactions: Compactions
  readonly #snapshots: Snapshots

  constructor(options: RoomsOptions) {
    this.#options = options
    this.#snapshots = new Snapshots(options)
    this.#compactions = new Compactions({
      ...options,
      onCompacted: (name, snapshot, through, rejected) => {
        // Memory holds what was taken out of the log. The clients come back and get the document without it.
        if (rejected > 0) this.#evict(name, 'internal', 'an update of this document was put in quarantine')
        else this.#places.get(name)?.room?.compacted(snapshot, through)
      },
    })
  }

  get size(): number {
    return this.#places.size
  }

  /** Bytes of snapshots, and of answers made from them, that are in memory now. */
  get snapshotBytes(): number {
    return this.#snapshots.bytes
  }

  *[Symbol.iterator](): Iterator<Room> {
    for (const place of this.#places.values()) if (place.room) yield place.room
  }

  /** Brings a connection into the room of this document, loading it first where needed. Never rejects: a failure closes the connection. */
  async enter(name: string, connection: Connection): Promise<void> {
    try {
      for (;;) {
        const place = this.#place(name)
        const room = await place.opening
        if (connection.isClosed) return this.#whenQuiet(room)
        // The room may have been put away between its loading and this line.
        if (this.#places.get(name) !== place) continue
        place.cancelUnload?.()
        place.cancelUnload = undefined
        connection.enter(room)
        return
      }
    } catch (error) {
      const deleted = error instanceof StorageError && error.code === 'removed'
      if (!deleted) this.#options.log.error({ err: error, room: name }, 'loading failed')
      connection.close(deleted ? 'deleted' : error instanceof Refused ? error.code : 'storage-down', 'loading failed')
    }
  }

  #place(name: string): Place {
    return this.#places.get(name) ?? this.#newPlace(name, this.#load(name))
  }

  #newPlace(name: string, opening: Promise<Room>): Place {
    const place: Place = { opening, room: undefined, cancelUnload: undefined }
    this.#places.set(name, place)
    place.opening.then(
      (room) => (place.room = room),
      () => this.#places.delete(name),
    )
    return place
  }

  async #load(name: string): Promise<Room> {
    try {
      return await this.#open(name)
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      // Something in the log is no update. Compaction, which applies every one, puts it in quarantine.
      this.#options.log.error({ err: error, room: name }, 'a stored update cannot be read')
      await this.#compactions.start(name)
      return this.#open(name)
    }
  }

  async #open(name: string): Promise<Room> {
    const { storage, committer, clock } = this.#options
    const options: RoomOptions = {
      name,
      committer,
      snapshots: this.#snapshots,
      clock,
      onQuiet: (quiet) => this.#whenQuiet(quiet),
      onCommitted: ({ state }) => this.#compactions.consider(name, state, 'commit'),
      onRemoved: () => this.#evict(name, 'deleted', 'the document was removed'),
      onSnapshotLost: () => this.#evict(name, 'internal', 'the snapshot of this document was lost'),
    }
    const room = new Room(options, await storage.load(name))
    this.#compactions.consider(name, room.state, 'load')
    return room
  }

  #whenQuiet(room: Room): void {
    const place = this.#places.get(room.name)
    if (place?.room !== room || place.cancelUnload || room.size > 0 || room.hasUnsaved) return
    place.cancelUnload = this.#options.clock.after(this.#options.unloadAfterMs, () => {
      place.cancelUnload = undefined
      if (room.size > 0 || room.hasUnsaved) return
      this.#putAway(place, room)
      this.#compactions.consider(room.name, room.state, 'unload')
    })
  }

  #putAway(place: Place, room: Room): void {
    if (this.#places.get(room.name) === place) this.#places.delete(room.name)
    room.close()
  }

  /**
   * Drops a room whose memory is not what storage has. What it has unsaved the committer holds, and still
   * writes: whoever comes meanwhile waits for that, since the new room is loaded from storage.
   */
  #evict(name: string, code: RefusalCode, detail: string): void {
    const place = this.#places.get(name)
    if (!place?.room) return
    const { room } = place
    place.cancelUnload?.()
    this.#places.delete(name)
    if (room.hasUnsaved) {
      const saved = new Promise<void>((resolve) => room.whenSaved(resolve))
      this.#newPlace(name, saved.then(() => this.#load(name))).opening.then((fresh) => this.#whenQuiet(fresh), () => {})
    }
    for (const member of [...room.members]) member.close(code, detail)
    room.close()
  }

  /** Ends compactions; everything committed stays as it is. */
  async stop(): Promise<void> {
    this.#snapshots.close()
    await this.#compactions.stop()
    for (const place of this.#places.values()) {
      place.cancelUnload?.()
      place.room?.close()
    }
  }
}
