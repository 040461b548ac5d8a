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
import { type Compactor, type RemovedDocument, type Storage, StorageError, type StoredDocument } from '@cowrite/persistence'
import type { RefusalCode } from '@cowrite/protocol'
import type { Clock } from './clock.js'
import type { Committer } from './committer.js'
import { Compactions } from './compactions.js'
import type { Connection } from './connection.js'
import { Deletions, type DeletionsOptions } from './deletions.js'
import { makeLoading } from './loading.js'
import type { Log } from './log.js'
import type { ReadUpdate } from './read-updates.js'
import { Refused } from './refusal.js'
import { type Gone, Room, type RoomOptions } from './room.js'
import type { RoomLimits } from './room-limits.js'
import { Slices } from './slices.js'
import { Snapshots } from './snapshots.js'

export interface RoomsOptions extends RoomLimits, Pick<DeletionsOptions, 'forgetElsewhere' | 'pictures'> {
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
  readonly #deletions: Deletions
  readonly #load: (name: string) => Promise<Room>
  /** Thousands may wait for a room, and for others that are loaded at the same moment. */
  readonly #entries: Slices
  readonly #beats: Slices

  constructor(options: RoomsOptions) {
    this.#options = options
    this.#entries = new Slices(options.clock)
    this.#beats = new Slices(options.clock)
    this.#snapshots = new Snapshots(options)
    this.#compactions = new Compactions({
      ...options,
      onCompacted: (name, snapshot, through, rejected) => {
        // Memory holds what was taken out of the log. The clients come back and get the document without it.
        const room = this.#places.get(name)?.room
        if (rejected > 0) this.#evict(room, 'internal', 'an update of this document was put in quarantine')
        else room?.compacted(snapshot, through)
      },
    })
    this.#load = makeLoading({ ...options, compactions: this.#compactions, makeRoom: (...of) => this.#makeRoom(...of) })
    this.#deletions = new Deletions({
      ...options,
      roomOf: (name) => this.#places.get(name)?.room,
      whenCompacted: (name) => this.#compactions.whenEnded(name),
      expel: (...of) => this.#expel(...of),
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
      await this.use(name, (room) => connection.isClosed || connection.enter(room))
    } catch (error) {
      const deleted = error instanceof StorageError && error.code === 'removed'
      if (!deleted) this.#options.log.error({ err: error, room: name }, 'loading failed')
      connection.close(deleted ? 'deleted' : error instanceof Refused ? error.code : 'storage-down', 'loading failed')
    }
  }

  /** Does something with the room of this document, loading it first where needed. @throws what loading and `work` throw */
  async use<T>(name: string, work: (room: Room) => T): Promise<T> {
    for (;;) {
      const place = this.#place(name)
      if (place.room) return this.#useLoaded(place, place.room, work)
      const room = await place.opening
      const used = await this.#entries.run(() =>
        // It may have been put away meanwhile.
        this.#places.get(name) === place ? { outcome: this.#useLoaded(place, room, work) } : undefined)
      if (used) return used.outcome
    }
  }

  #useLoaded<T>(place: Place, room: Room, work: (room: Room) => T): T {
    place.cancelUnload?.()
    place.cancelUnload = undefined
    try {
      return work(room)
    } finally {
      this.#whenQuiet(room)
    }
  }

  #place(name: string): Place {
    return this.#places.get(name) ?? this.#newPlace(name, this.#load(name))
  }

  #newPlace(name: string, opening: Promise<Room>): Place {
    const place: Place = { opening, room: undefined, cancelUnload: undefined }
    this.#places.set(name, place)
    const isCurrent = (): boolean => this.#places.get(name) === place
    place.opening.then(
      (room) => {
        // What was loaded before the document was deleted is nothing that anybody may see.
        if (isCurrent()) place.room = room
        else room.close()
      },
      () => isCurrent() && this.#places.delete(name),
    )
    return place
  }

  #makeRoom(name: string, stored: StoredDocument | undefined, tail: readonly ReadUpdate[]): Room {
    const options: RoomOptions = {
      ...this.#options,
      name,
      snapshots: this.#snapshots,
      slices: this.#beats,
      onQuiet: (quiet) => this.#whenQuiet(quiet),
      onCommitted: ({ state, isClosed }) => isClosed || this.#compactions.consider(name, state, 'commit'),
      onGone: (gone, code) => this.#evictGone(gone, code),
      onSnapshotLost: (lost) => this.#evict(lost, 'internal', 'the snapshot of this document was lost'),
    }
    return new Room(options, stored, tail)
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
  #evict(room: Room | undefined, code: RefusalCode, detail: string): void {
    const place = room && this.#places.get(room.name)
    if (place?.room !== room || !place || !room) return
    const { name } = room
    place.cancelUnload?.()
    this.#places.delete(name)
    if (room.hasUnsaved) {
      const saved = new Promise<void>((resolve) => room.whenSaved(() => resolve()))
      this.#newPlace(name, saved.then(() => this.#load(name))).opening.then((fresh) => this.#whenQuiet(fresh), () => {})
    }
    for (const member of [...room.members]) member.close(code, detail)
    room.close()
  }

  #evictGone(room: Room, code: Gone): void {
    if (code === 'removed') this.#evict(room, 'deleted', 'the document was removed')
    else if (room.lineage.isStored) this.#evict(room, 'outdated', 'another document took its place')
    // Somebody else created it first; these clients have heard of no epoch, so they may come back with what they have.
    else this.#evict(room, 'internal', 'the document was created elsewhere')
  }

  /** Deletes a document; see `Deletions`, as for the four that follow. */
  remove(name: string): Promise<void> {
    return this.#deletions.remove(name)
  }

  undelete(name: string): Promise<void> {
    return this.#deletions.undelete(name)
  }

  erase(name: string): Promise<void> {
    return this.#deletions.erase(name)
  }

  create(name: string): Promise<void> {
    return this.#deletions.create(name)
  }

  listRemoved(options: { after?: string; limit: number }): Promise<RemovedDocument[]> {
    return this.#options.storage.listRemoved(options)
  }

  /** Compacts a document now; resolves when that has ended, well or not. */
  compact(name: string): Promise<void> {
    return this.#compactions.start(name)
  }

  /** Storage holds another lineage of this document than before. */
  replaced(name: string): void {
    this.#expel(name, 'outdated', 'the document was restored from a backup')
  }

  /** The document is no longer in storage, or another is. */
  #expel(name: string, code: RefusalCode, detail: string): void {
    const place = this.#places.get(name)
    if (place?.room) this.#evict(place.room, code, detail)
    // Whoever waits for a room that is being loaded asks again, and gets what is there now.
    else this.#places.delete(name)
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
