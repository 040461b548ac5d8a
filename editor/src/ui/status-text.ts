/**
 * The status in words.
 *
 * Owns: the sentences, how serious each is, and what the person can do about it.
 * Does not own: where they stand or how often they change (status.ts).
 * Always holds: "Saved" appears only when the server has said that everything is on disk, "kept here"
 * only when everything lies in this browser's own storage.
 */
import type { RefusalCode } from '@cowrite/protocol'
import type { EditorStatus } from '../core/create-cowrite-editor.js'

export interface StatusText {
  /** A few words, shown at every width. */
  readonly text: string
  /** The reason, where a few words are not enough. */
  readonly detail?: string
  /** `calm`: nothing to do; `busy`: passes by itself; `warning`: edits are only here; `error`: it ended. */
  readonly mood: 'calm' | 'busy' | 'warning' | 'error'
  /** Set for what is worth showing only once it has lasted a moment: it comes and goes while somebody types. */
  readonly settles?: true
  /** What the person can do about it, if anything: connect again, or load the page anew. */
  readonly action?: 'retry' | 'reload'
}

const changes = (count: number): string => (count === 1 ? '1 change' : `${count} changes`)

/** Refusals that asking again cannot change. */
const HOPELESS: ReadonlySet<RefusalCode | undefined> = new Set(['bad-name', 'deleted'])

function refused(status: EditorStatus): StatusText {
  const where = status.kept ? 'kept here' : 'only in this tab'
  const left = status.unsaved > 0 ? ` ${changes(status.unsaved)} ${where}.` : ''
  const detail = (status.refusal?.text ?? 'The server refused the connection.') + left
  const code = status.refusal?.code
  if (code === 'outdated') return { text: 'Not connected', detail, mood: 'error', action: 'reload' }
  if (HOPELESS.has(code)) return { text: 'Not connected', detail, mood: 'error' }
  return { text: 'Not connected', detail, mood: 'error', action: 'retry' }
}

function connected(status: EditorStatus): StatusText {
  if (!status.synced) return { text: 'Connecting…', mood: 'busy' }
  switch (status.save) {
    case 'saved':
      return { text: 'Saved', mood: 'calm', settles: true }
    case 'saving':
      return { text: 'Saving…', mood: 'busy' }
    case 'unsaved':
      return { text: `Not saved yet: ${changes(status.unsaved)}`, mood: 'warning' }
  }
}

function offline({ unsaved, kept }: EditorStatus): StatusText {
  if (unsaved === 0) return { text: 'Offline', mood: 'warning' }
  if (kept) return { text: `Offline: ${changes(unsaved)} kept here`, mood: 'warning' }
  return { text: `Offline: ${changes(unsaved)} only in this tab`, mood: 'warning', settles: true }
}

/** What to tell the person about this status. */
export function statusText(status: EditorStatus): StatusText {
  if (status.stopped) {
    return {
      text: 'Editing stopped',
      detail: 'This document holds something that this version of the editor does not know. Nothing was changed. ' +
        'Reload the page to get the newest version.',
      mood: 'error',
      action: 'reload',
    }
  }
  switch (status.connection) {
    case 'connecting':
      return { text: 'Connecting…', mood: 'busy' }
    case 'connected':
      return connected(status)
    case 'offline':
      return offline(status)
    case 'refused':
      return refused(status)
  }
}
