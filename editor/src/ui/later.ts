/**
 * Parts of the interface that are fetched when the text is there: nobody needs them to begin writing.
 *
 * Owns: fetching, and what happens when the text, or the whole interface, is gone before they come.
 * Does not own: the parts.
 */
import type { Editor } from '@tiptap/core'
import type { Ui } from './context.js'

export interface Part {
  readonly element: HTMLElement
  attach(editor: Editor | undefined): void
  destroy(): void
}

/** Stands for a part until it is there; one that cannot be fetched, offline, stays away. */
export function later({ root }: Pick<Ui, 'root'>, make: () => Promise<Part>): Omit<Part, 'element'> {
  let editor: Editor | undefined
  let part: Part | undefined
  let isFetched = false
  let isOver = false
  const fetched = (made: Part): void => {
    if (isOver) return made.destroy()
    part = made
    root.append(made.element)
    made.attach(editor)
  }
  return {
    attach: (next) => {
      editor = next
      part?.attach(next)
      if (isFetched || next === undefined) return
      isFetched = true
      make().then(fetched, () => (isFetched = false))
    },
    destroy: () => {
      isOver = true
      part?.destroy()
    },
  }
}
