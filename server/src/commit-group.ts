/**
 * What is written in one append: rooms and their entries.
 *
 * Owns: what the committer needs of a room, and taking documents that are gone out of a group.
 * Does not own: when anything is written (committer.ts).
 */
import { type LogEntry, StorageError } from '@cowrite/persistence'

/** An update that is on disk, and its number there. */
export interface Committed {
  readonly sequence: number
  readonly update: Uint8Array
}

/** What the committer needs of a room. */
export interface CommittingRoom {
  readonly name: string
  /** Milliseconds by the clock before which this room does not want its next beat. */
  readonly nextBeatAt: number
  /** Accepted and not handed over yet, in order. */
  readonly accepted: readonly LogEntry[]
  /** Hands over the oldest accepted updates as entries for the log: at most so many, and no more once they have so many bytes. */
  takeAccepted(entries: number, bytes: number): LogEntry[]
  /** These, handed over before, are on disk now. */
  committed(updates: readonly Committed[]): void
  /** Whether another room may be open for the same name. */
  readonly isClosed: boolean
  /** The document was removed from storage, or another took its place: nothing of it can be written any more. */
  gone(code: 'removed' | 'conflict'): void
}

export type Group = { room: CommittingRoom; entries: LogEntry[] }[]

/** Splits a group where the error says that one of its documents is gone; undefined when it says something else. */
export function withoutGone(error: unknown, group: Group): { code: 'removed' | 'conflict'; gone: Group; group: Group } | undefined {
  if (!(error instanceof StorageError) || (error.code !== 'removed' && error.code !== 'conflict')) return undefined
  const { code, document } = error
  const named = group.filter(({ room }) => room.name === document)
  // After a conflict there may be two rooms of this name; what is left of the closed one is what nobody wants.
  const closed = code === 'conflict' ? named.filter(({ room }) => room.isClosed) : []
  const gone = closed.length > 0 ? closed : named
  return gone.length === 0 ? undefined : { code, gone, group: group.filter((part) => !gone.includes(part)) }
}
