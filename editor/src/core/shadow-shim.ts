/**
 * Gives a shadow root the `createRange` that y-tiptap looks for there.
 *
 * Owns: that one property. Without it y-tiptap 3.0.9 (`_isDomSelectionInView`) throws in the middle
 * of a remote update, and the next local keystroke then erases the peer's text: 9 of 10 remote edits
 * were lost on both sides when tried. y-prosemirror 1.3.7 has the same line.
 * Does not own: whether the editor should stand in a shadow root at all.
 * Always holds: a document, which has the method, is left alone; calling it twice changes nothing.
 */

/** Call it for the root the editor's view is in: after creating the view, and whenever it has moved. */
export function shimShadowRoot(root: Node): void {
  if ('createRange' in root) return
  const owner = root.ownerDocument ?? document
  Object.defineProperty(root, 'createRange', { value: () => owner.createRange(), configurable: true })
}
