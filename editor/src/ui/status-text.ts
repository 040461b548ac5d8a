/**
 * The status in words.
 *
 * Owns: the sentences, how serious each is, and what the person can do about it.
 * Does not own: where they stand or how often they change (status.ts).
 * Always holds: "Saved" appears only when the server has said that everything is on disk.
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
  /** What the person can do about it, if anything: connect again, or load the page anew. */
  readonly action?: 'retry' | 'reload'
}

const changes = (count: number): string => (count === 1 ? '1 change' : `${count} changes`)

/** Refusals that asking again cannot change. */
const HOPELESS: ReadonlySet<RefusalCode | undefined> = new Set(['bad-name', 'deleted'])

function refused(status: EditorStatus): StatusText {
  const kept = status.unsaved > 0 ? ` ${changes(status.unsaved)} kept here.` : ''
  const detail = (status.refusal?.text ?? 'The server refused the connection.') + kept
  const code = status.refusal?.code
  if (code === 'outdated') return { text: 'Not connected', detail, mood: 'error', action: 'reload' }
  if (HOPELESS.has(code)) return { text: 'Not connected', detail, mood: 'error' }
  return { text: 'Not connected', detail, mood: 'error', action: 'retry' }
}

function connected(status: EditorStatus): StatusText {
  if (!status.synced) return { text: 'Connecting…', mood: 'busy' }
  switch (status.save) {
    case 'saved':
      return { text: 'Saved', mood: 'calm' }
    case 'saving':
      return { text: 'Saving…', mood: 'busy' }
    case 'unsaved':
      return { text: `Not saved yet: ${changes(status.unsaved)}`, mood: 'warning' }
  }
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
      return { text: status.unsaved > 0 ? `Offline: ${changes(status.unsaved)} kept here` : 'Offline', mood: 'warning' }
    case 'refused':
      return refused(status)
  }
}
