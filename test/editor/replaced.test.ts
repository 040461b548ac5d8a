/**
 * Content that a document gets when it is opened for the first time, and a document that is replaced under an editor.
 *
 * @vitest-environment happy-dom
 */
import { type CowriteEditor } from '@cowrite/editor'
import { describe, expect, it } from 'vitest'
import { ready, useEditors } from '../support/open-editors.js'

const editors = useEditors()
const { edit, newName } = editors

describe('initial content', () => {
  const json = { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Welcome' }] }] }
  const textOf = (cowrite: CowriteEditor): string | undefined => cowrite.editor?.getText()

  it('[ED16] is there once, whoever opens the document at the same moment, as JSON or HTML', async () => {
    for (const initialContent of [json, '<p>Welcome</p>']) {
      const doc = newName()
      const editors = Array.from({ length: 6 }, () => edit(doc, { initialContent }))
      await Promise.all(editors.map(ready))
      expect(editors.map(textOf)).toEqual(editors.map(() => 'Welcome'))
    }
  })

  it('[ED16] changes nothing in a document that has a past, and must fit the schema', async () => {
    const doc = newName()
    const first = await ready(edit(doc))
    first.editor?.commands.insertContent('mine')
    await first.flush()
    expect(textOf(await ready(edit(doc, { initialContent: json })))).toBe('mine')
    expect(() => edit(doc, { initialContent: { type: 'doc', content: [{ type: 'nothing' }] } })).toThrow('Invalid JSON content')
  })

  it('[ED17] a document that is replaced opens anew in the same editor, and nothing of the former is in it', async () => {
    const doc = newName()
    const cowrite = await ready(edit(doc))
    cowrite.editor?.commands.insertContent('former')
    await cowrite.flush()
    const { ydoc } = cowrite
    const told: string[] = []
    cowrite.on('replaced', () => told.push('replaced'))
    cowrite.on('ready', () => told.push('ready'))
    cowrite.provider.disconnect()
    await editors.server.rooms.erase(doc)
    await editors.server.rooms.create(doc)
    const other = await ready(edit(doc, { initialContent: json }))
    cowrite.provider.connect()
    await expect.poll(() => textOf(cowrite)).toBe('Welcome')
    expect(told).toEqual(['replaced', 'ready'])
    expect([cowrite.ydoc === ydoc, textOf(other)]).toEqual([false, 'Welcome'])
    cowrite.editor?.commands.insertContentAt(1, 'Both: ')
    await cowrite.flush()
    await expect.poll(() => textOf(other)).toBe('Both: Welcome')
  })
})
