/**
 * Telling that a document changed, at a pace that a listener can work at.
 *
 * Owns: gathering changes and the pause between two tellings.
 * Does not own: what changed; who wants to know reads the document.
 * Always holds: the last change is told; `local` is true when any of the gathered ones was made here.
 */
import type * as Y from 'yjs'

/** Least time between two tellings, in milliseconds. */
export const TELL_CHANGES_EVERY_MS = 150

export interface Change {
  /** Whether somebody at this keyboard had a part in it. */
  readonly local: boolean
}

/** @returns stops watching; what waits is not told any more. */
export function watchChanges(ydoc: Y.Doc, tell: (change: Change) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let local = false
  const changed = (_update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction): void => {
    local ||= transaction.local
    timer ??= setTimeout(() => {
      const change = { local }
      timer = undefined
      local = false
      tell(change)
    }, TELL_CHANGES_EVERY_MS)
  }
  ydoc.on('update', changed)
  return () => {
    clearTimeout(timer)
    ydoc.off('update', changed)
  }
}
