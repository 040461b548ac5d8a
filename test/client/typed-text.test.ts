/** Words out of edits that have lost their document. */
import { typedText } from '@cowrite/client'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'

describe('typedText', () => {
  it('[CL75] is the words in the order of typing, a line for each place', () => {
    const ydoc = new Y.Doc()
    const text = ydoc.getText('text')
    text.insert(0, 'base')
    const updates: Uint8Array[] = []
    ydoc.on('update', (update: Uint8Array) => updates.push(update))
    for (const [at, letter] of [...'one'].entries()) text.insert(at, letter)
    text.insert(text.length, 'two')
    text.delete(0, 1)
    expect(typedText(Y.mergeUpdates(updates))).toBe('one\ntwo')
    expect(typedText(new Uint8Array([0, 0]))).toBe('')
  })
})
