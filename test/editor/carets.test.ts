/**
 * Other people's carets, with time under the test's control.
 *
 * @vitest-environment happy-dom
 */
import { CARET_IDLE_MS, caretsExtension } from '@cowrite/editor'
import { schemaExtensions } from '@cowrite/editor/schema'
import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'

let editor: Editor
let own: Awareness
let peer: Awareness

beforeEach(() => {
  vi.useFakeTimers()
  const ydoc = new Y.Doc()
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText('hello world')])
  ydoc.getXmlFragment('default').insert(0, [paragraph])
  own = new Awareness(ydoc)
  peer = new Awareness(new Y.Doc())
  const element = document.createElement('div')
  document.body.append(element)
  editor = new Editor({
    element,
    extensions: [...schemaExtensions(), Collaboration.configure({ document: ydoc }), caretsExtension(own)],
  })
})
afterEach(() => {
  editor.destroy()
  own.destroy()
  peer.destroy()
  vi.useRealTimers()
})

/** The peer shows itself in this state. */
function show(state: Record<string, unknown>): void {
  peer.setLocalState(state)
  applyAwarenessUpdate(own, encodeAwarenessUpdate(peer, [peer.clientID]), 'peer')
  vi.advanceTimersByTime(1)
}

function cursorAt(index: number): Record<string, unknown> {
  const text = (own.doc.getXmlFragment('default').get(0) as Y.XmlElement).get(0) as Y.XmlText
  const position: unknown = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, index))
  return { anchor: position, head: position }
}

const carets = (): HTMLElement[] => [...editor.view.dom.querySelectorAll<HTMLElement>('.ce-caret')]

describe('carets', () => {
  it('[ED14] show the name on the person\'s color, hidden from screen readers', () => {
    show({ user: { name: 'Kim', color: '#a8470a' }, cursor: cursorAt(5) })
    expect(carets()).toHaveLength(1)
    const [caret] = carets()
    expect(caret!.textContent).toBe('Kim')
    expect(caret!.getAttribute('aria-hidden')).toBe('true')
    expect(caret!.style.getPropertyValue('--ce-person')).toBe('#a8470a')
    expect(editor.getText()).toBe('hello world')
  })

  it('[ED14] follow a new name and color without moving', () => {
    show({ user: { name: 'Kim', color: '#a8470a' }, cursor: cursorAt(5) })
    show({ user: { name: 'Kim Lee', color: '#2f5fd0' }, cursor: cursorAt(5) })
    expect(carets().map((caret) => [caret.textContent, caret.style.getPropertyValue('--ce-person')])).toEqual([['Kim Lee', '#2f5fd0']])
  })

  it('[ED15] fade when idle and come back when they move', () => {
    show({ user: { name: 'Kim' }, cursor: cursorAt(5) })
    const isIdle = (): boolean => carets()[0]!.classList.contains('is-idle')
    vi.advanceTimersByTime(CARET_IDLE_MS - 100)
    expect(isIdle()).toBe(false)
    vi.advanceTimersByTime(200)
    expect(isIdle()).toBe(true)
    show({ user: { name: 'Kim' }, cursor: cursorAt(6) })
    expect(isIdle()).toBe(false)
  })

  it('[ED4] hostile presence changes nothing and throws nothing', () => {
    show({ user: 'x', cursor: cursorAt(3) })
    show({ user: { name: 'A' }, cursor: { anchor: 7, head: 'x' } })
    show({ user: { name: { toString: 'x' }, color: 'red;position:fixed' }, cursor: cursorAt(3) })
    expect(carets().map((caret) => caret.textContent)).toEqual(['Someone'])
    expect(carets()[0]!.getAttribute('style')).not.toContain('position')
    show({ user: { name: '<img src=x onerror=alert(1)>' }, cursor: cursorAt(3) })
    expect(carets()[0]!.querySelector('img')).toBeNull()
    editor.commands.insertContentAt(1, 'still works ')
    expect(editor.getText()).toBe('still works hello world')
  })
})
