/**
 * What a provider tells about itself.
 *
 * Owns: the words for connection and saving, and when two statuses are the same.
 * Does not own: how they come about (provider.ts, unsaved-ledger.ts).
 * Always holds: a status is a value that never changes; a new one is told only when something differs.
 */
import { type Face, type RefusalCode, refusalOfCloseCode, REFUSALS, type Role } from '@cowrite/protocol'

/**
 * - `connecting`: the first attempt, or the first after `connect()`
 * - `connected`: the socket is open
 * - `offline`: not connected; unless `disconnect()` was called, attempts go on by themselves
 * - `refused`: the server said not to come back (close codes 4400 to 4499); `connect()` tries again
 */
export type ConnectionStatus = 'connecting' | 'connected' | 'offline' | 'refused'

/**
 * - `saved`: the server has said that everything is on its disk
 * - `saving`: something is on its way there, or it is not known yet what this browser still holds
 * - `unsaved`: something is not saved, and there is no connection or the answer is overdue
 */
export type SaveStatus = 'saved' | 'saving' | 'unsaved'

/** Why the server will not have this client. */
export interface RefusalNotice {
  readonly closeCode: number
  /** Name of the refusal; undefined when this version does not know the close code. */
  readonly code: RefusalCode | undefined
  /** Safe to show to the user. */
  readonly text: string
  /**
   * Set when the document is another one than the copy here: only a new provider with a new, empty Yjs document opens
   * it. What was unsaved has been set aside.
   */
  readonly replaced?: true
}

/** What a final close code and the server's words for it say. */
export function noticeOf(closeCode: number, reason: string, replaced: boolean): RefusalNotice {
  const code = refusalOfCloseCode(closeCode)
  return { closeCode, code, ...(replaced && { replaced }), text: reason || (code ? REFUSALS[code].text : 'The server refused the connection.') }
}

export interface Status {
  readonly connection: ConnectionStatus
  readonly save: SaveStatus
  /** Local changes that the server has not confirmed to be on disk. */
  readonly unsaved: number
  /** Whether all of these also lie in this browser's own storage, so that closing the tab would not lose them. */
  readonly kept: boolean
  /** Whether this connection has brought everything that the server had when it was made. */
  readonly synced: boolean
  /** What is here is this browser's copy of the document; the server has not brought it in this visit yet. */
  readonly copy?: true
  /** Copies of edits that no longer fit the document and wait for the person: `setAside()` gives them. */
  readonly setAside: number
  /** Present while `connection` is `refused`. */
  readonly refusal?: RefusalNotice
  /** The server takes no token that the app has given so far, or there was none yet: `getToken` is asked, and has not answered. */
  readonly loginAwaited?: true
  /** What this client may do, as far as the server has said; without a login it says nothing, and everything may be done. */
  readonly role?: Role
  /** Who the server knows this to be. */
  readonly user?: Face
  /** Changes made here were refused, since this client may only read: `unsaved` counts them, and they stay here alone. */
  readonly denied?: true
  /** Why the role is not what the login alone would give: `schema-outdated` when this editor's schema is not the server's, `document-full` when the document takes no more. */
  readonly because?: RefusalCode
}

/** Whether nothing differs. */
export const isSameStatus = (a: Status, b: Status): boolean =>
  a.connection === b.connection &&
  a.save === b.save &&
  a.unsaved === b.unsaved &&
  a.kept === b.kept &&
  a.synced === b.synced &&
  a.copy === b.copy &&
  a.setAside === b.setAside &&
  a.refusal === b.refusal &&
  a.loginAwaited === b.loginAwaited &&
  a.role === b.role &&
  a.denied === b.denied &&
  a.because === b.because &&
  JSON.stringify(a.user) === JSON.stringify(b.user)
