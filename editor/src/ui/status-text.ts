/**
 * The status in words.
 *
 * Owns: the sentences, and how serious each is.
 * Does not own: where they stand or how often they change (status.ts).
 * Always holds: "Saved" appears only when the server has said that everything is on disk.
 */
import type { EditorStatus } from '../core/create-cowrite-editor.js'

export interface StatusText {
  readonly text: string
  /** `calm`: nothing to do; `busy`: passes by itself; `warning`: edits are at risk or nothing moves; `error`: ended. */
  readonly mood: 'calm' | 'busy' | 'warning' | 'error'
  /** What the person can do about it, if anything: reconnect, or load the page anew. */
  readonly action?: 'retry' | 'reload'
}

const changes = (count: number): string => (count === 1 ? '1 change' : `${count} changes`)

/** What to tell the person about this status. */
export function statusText(status: EditorStatus): StatusText {
  if (status.stopped) {
    return {
      text: 'This document holds something this version of the editor does not know. Reload to get the newest version.',
      mood: 'error',
      action: 'reload',
    }
  }
  switch (status.connection) {
    case 'refused':
      return {
        text: status.refusal?.text ?? 'The server refused the connection.',
        mood: 'error',
        action: 'retry',
      }
    case 'connecting':
      return { text: 'Connecting…', mood: 'busy' }
    case 'offline':
      return {
        text: status.unsaved > 0 ? `Offline: ${changes(status.unsaved)} kept here` : 'Offline',
        mood: 'warning',
      }
    case 'connected':
      if (!status.synced) return { text: 'Connecting…', mood: 'busy' }
      if (status.save === 'saved') return { text: 'Saved', mood: 'calm' }
      if (status.save === 'saving') return { text: 'Saving…', mood: 'busy' }
      return { text: `Not saved yet: ${changes(status.unsaved)}`, mood: 'warning' }
  }
}
