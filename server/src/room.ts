/**
 * The live document on this node: its connections, presence, and what is not yet on disk.
 *
 * Owns: the one door (`accept`), broadcasting after the commit, answering "is it saved?", pacing.
 * Does not own: bytes (document-state.ts), writing (committer.ts), coming and going (rooms.ts), who is sent what (audience.ts).
 * Always holds:
 *  - nothing is sent to any connection before it is on disk; presence alone never waits for the disk;
 *  - one frame per commit and dialect, the same bytes for every connection, the author included.
 */
import type { LogEntry, Snapshot, StoredDocument } from '@cowrite/persistence'
import { type AwarenessEntry, MalformedError, type RefusalCode, type UpdateLimits } from '@cowrite/protocol'
import { Answers } from './answers.js'
import { Audience, type Listener } from './audience.js'
import { Authorship, type Bringer } from './authorship.js'
import { Beats } from './beats.js'
import type { Clock } from './clock.js'
import type { Codec } from './codec.js'
import type { Committed } from './commit-group.js'
import { type Committer, MAX_GROUP_ENTRIES } from './committer.js'
import { DocumentState } from './document-state.js'
import { Lineage } from './lineage.js'
import { Marks } from './marks.js'
import { Presence, type PresenceOwner } from './presence.js'
import type { ReadUpdate } from './read-updates.js'
import { Refused } from './refusal.js'
import type { RoomLimits } from './room-limits.js'
import { Savings } from './savings.js'
import type { Slices } from './slices.js'
import type { Snapshots } from './snapshots.js'

/** What a room needs of a connection. */
export interface Member extends PresenceOwner, Listener {
  /** Who writes here, as far as the server knows. */
  readonly author: string | undefined
  /** The document was written for the first time: its epoch is settled. What was written is sent after this returns. */
  documentStored(): void
  /** Ends it with a code of the table of refusals; `detail` is for the log. */
  close(code: RefusalCode, detail: string): void
}

/** What became of a document that can no longer be written to: a code of StorageError. */
export type Gone = 'removed' | 'conflict'

export interface RoomOptions extends RoomLimits {
  readonly name: string
  readonly committer: Committer
  readonly snapshots: Snapshots
  readonly clock: Clock
  /** In which all rooms tell of presence. */
  readonly slices: Slices
  /** Called when the room may have nothing left to do: a member left, or a commit ended. */
  readonly onQuiet: (room: Room) => void
  /** Called after each commit: the moment to ask whether a compaction is due. */
  readonly onCommitted: (room: Room) => void
  /** Called when storage no longer has the document that this room is of: it was removed, or another took its place. */
  readonly onGone: (room: Room, code: Gone) => void
  /** Called when storage no longer has the snapshot that the room was opened with. */
  readonly onSnapshotLost: (room: Room) => void
}

export class Room {
  readonly name: string
  readonly state: DocumentState
  readonly presence: Presence<Member>
  readonly answers: Answers
  readonly lineage: Lineage
  readonly #savings = new Savings()
  readonly marks: Marks
  readonly #options: RoomOptions
  readonly #audience = new Audience<Member>()
  /** Accepted and not yet handed to the committer. */
  accepted: LogEntry[] = []
  #isClosed = false
  readonly #authorship: Authorship<Member>
  readonly #beats: Beats

  /**
   * @param stored the document as loaded, kept by the state alone, which may let it go; `tail` is its updates
   */
  constructor(options: RoomOptions, stored: StoredDocument | undefined, tail: readonly ReadUpdate[]) {
    this.name = options.name
    this.#options = options
    this.state = new DocumentState(stored, tail, (lookup) => options.snapshots.keeps(lookup))
    this.lineage = new Lineage(stored?.epoch)
    this.presence = new Presence<Member>(() => options.clock.now(), options.maxPresencePerSecond)
    this.#authorship = new Authorship((client) => this.presence.ownerOf(client))
    this.#beats = new Beats(options.clock, options.slices, this.presence, () => this.#tellPresence())
    this.marks = new Marks(this.state, options.clock)
    this.answers = new Answers({ ...options, state: this.state, presence: this.presence, onSnapshotLost: () => options.onSnapshotLost(this) })
  }

  get nextBeatAt(): number {
    // Waiting gathers; a group that is full already gains nothing by it.
    return this.accepted.length >= MAX_GROUP_ENTRIES ? 0 : this.#beats.nextAt
  }

  /** Whether this room was put away: another may be open for the same name. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  get size(): number {
    return this.#audience.size
  }

  get members(): Iterable<Member> {
    return this.#audience.members
  }

  /** Whether something accepted is not on disk yet. */
  get hasUnsaved(): boolean {
    return this.#savings.hasUnsaved
  }

  join(member: Member): void {
    this.#audience.joined(member, !this.state.former.isEmpty)
    member.send(this.answers.welcome(member.codec))
  }

  /** This member has shown what it has: from now on it is sent what is committed. */
  recognize(member: Member): void {
    this.#audience.recognized(member)
  }

  /** Shows nothing of this member to the others any more. */
  hide(member: Member): void {
    this.presence.release(member)
    this.#beats.schedulePresence(this.hasUnsaved)
  }

  leave(member: Member): void {
    if (!this.#audience.left(member)) return
    this.hide(member)
    this.#authorship.left(member)
    this.#options.onQuiet(this)
  }

  /**
   * The one door for updates, whoever brings them.
   * @param by the connection that brings it; without one it comes from the server itself
   * @param restorePoint why what the document held before is to be kept; a deletion of most of it is a reason of its own
   * @returns `gap` when it refers to what this document lacks: it was not taken in, and its author should be
   *   asked for all that is missing; `foreign` when it is in the name of somebody else, `full` when a client brings
   *   more than the document may hold: not taken in either.
   * @throws MalformedError, Refused `storage-down`; `outdated` when it brings what was erased
   */
  accept(update: Uint8Array, author: string | undefined, by?: Bringer<Member>, limits?: UpdateLimits, restorePoint?: string): 'new' | 'nothing' | 'gap' | 'foreign' | 'full' {
    const { committer, clock, maxDocumentBytes } = this.#options
    const judgement = this.state.judge(update, limits)
    if (judgement.verdict === 'former') throw new Refused('outdated', 'brings content of a former lineage')
    if (judgement.verdict !== 'new') return judgement.verdict
    if (by && this.#authorship.isForeign(judgement.summary, by)) return 'foreign'
    if (by && judgement.summary.structs.length > 0 && this.state.bytes >= maxDocumentBytes) return 'full'
    // Only what would have to be kept is refused: whoever brings nothing may come and read.
    if (committer.isFull) throw new Refused('storage-down', 'too much is unsaved')
    const keeps = restorePoint ?? (this.state.deletesMost(judgement.summary) ? 'deletion' : undefined)
    this.state.take(judgement.summary)
    if (by) this.#authorship.wrote(judgement.summary, by)
    const entry: LogEntry = {
      name: this.name,
      update: judgement.update,
      time: clock.date(),
      epoch: this.lineage.epoch,
      ...(author === undefined ? {} : { author }),
      ...(keeps === undefined ? {} : { restorePoint: keeps }),
    }
    this.accepted.push(entry)
    this.#savings.accepted()
    committer.schedule(this, entry.update.length)
    return 'new'
  }

  takeAccepted(entries: number, bytes: number): LogEntry[] {
    let count = 0
    for (let left = bytes; left > 0 && count < Math.min(entries, this.accepted.length); count++) {
      left -= this.accepted[count]?.update.length ?? 0
    }
    return this.accepted.splice(0, count)
  }

  committed(updates: readonly Committed[]): void {
    this.#beats.pace(() => {
      const update = this.state.committed(updates)
      this.#savings.committed(updates.length)
      if (this.lineage.becomesStored()) for (const member of this.members) member.documentStored()
      const presence = this.presence.takeChanges()
      const shown = presence && ((codec: Codec) => [codec.awareness(presence)])
      this.#audience.tellDocument((codec) => [codec.update(update), ...(shown?.(codec) ?? [])], shown)
      this.#savings.tell()
    })
    this.#options.onCommitted(this)
    this.#options.onQuiet(this)
  }

  /**
   * Takes this update if nothing was ever written into the document. @returns whether it was taken
   * @throws MalformedError, Refused as `accept`
   */
  acceptIfEmpty(update: Uint8Array, author: string | undefined): boolean {
    if (!this.state.isEmpty) return false
    const verdict = this.accept(update, author)
    if (verdict === 'gap') throw new MalformedError('the content refers to what it does not bring')
    return verdict === 'new'
  }

  gone(code: Gone): void {
    // Nothing waits for the disk any more.
    this.#savings.giveUp()
    this.accepted = []
    this.#options.onGone(this, code)
    this.#savings.fail(new Refused(code === 'removed' ? 'deleted' : 'outdated', 'the document is gone'))
  }

  /** A snapshot of this document was written. */
  compacted(snapshot: Snapshot, through: number): void {
    this.answers.compacted(snapshot, through)
  }

  /** Calls back when all that was accepted until now is on disk, or, with the reason, when it never will be. */
  whenSaved(tell: (error?: Error) => void): void {
    this.#savings.whenSaved(tell)
  }

  /**
   * Takes in presence; the others are told with the room's next beat, whatever the disk does.
   * @returns whether the member moved
   */
  receivePresence(member: Member, user: string | undefined, entries: readonly AwarenessEntry[], firstWords: boolean): boolean {
    const moved = this.presence.receive(member, entries.filter(({ client }) => this.#authorship.mayShow(client, user)), firstWords)
    this.#beats.schedulePresence(this.hasUnsaved)
    return moved
  }

  #tellPresence(): void {
    const presence = this.presence.takeChanges()
    if (presence) this.#audience.tellPresence((codec) => [codec.awareness(presence)])
  }

  /** Lets go of timers and of its share of memory. The room must be empty and saved. */
  close(): void {
    this.#isClosed = true
    this.answers.close()
    this.#beats.close()
  }
}
