/**
 * createCowriteEditor against a real server.
 *
 * @vitest-environment happy-dom
 */
import { type CowriteEditor } from '@cowrite/editor'
import { Mark, Node } from '@tiptap/core'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { ready, useEditors } from '../support/open-editors.js'

const editors = useEditors()
const { edit, newName } = editors

/** Resolves once this holds; asked at every change of the document, of who is here and of the status. */
function until(cowrite: CowriteEditor, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return
      stop()
      cowrite.ydoc.off('update', look)
      resolve()
    }
    const stops = [cowrite.on('users', look), cowrite.on('status', look)]
    const stop = (): void => stops.forEach((one) => one())
    cowrite.ydoc.on('update', look)
    look()
  })
}

/** Counts what an editor itself writes into the document. */
function ownUpdates(cowrite: CowriteEditor): { count: number } {
  const own = { count: 0 }
  cowrite.ydoc.on('update', (_update: Uint8Array, _origin: unknown, _doc: Y.Doc, { local }: Y.Transaction) => {
    if (local) own.count++
  })
  return own
}

describe('createCowriteEditor', () => {
  it('[ED6] mounts the text only after the first sync', async () => {
    const cowrite = edit(newName(), { connection: { connect: false } })
    expect(cowrite.editor).toBeUndefined()
    expect(cowrite.getJSON()).toBeUndefined()
    expect(document.querySelector('.ce-content')).toBeNull()
    const whenReady = ready(cowrite)
    cowrite.provider.connect()
    await whenReady
    expect(cowrite.status.synced).toBe(true)
    expect(cowrite.editor?.isEditable).toBe(true)
    const text = document.querySelector('.ce-content')
    expect(text?.getAttribute('role')).toBe('textbox')
    expect(text?.getAttribute('aria-label')).toBe('Document text')
    expect(document.querySelector('style')).toBeNull()
  })

  it('[ED7] opening, selecting and closing writes nothing, whatever the document holds', async () => {
    const name = newName()
    const first = await ready(edit(name))
    // The last word is an address that is no link: the automatic linking of every reader would jump at it.
    first.editor!.chain().setMeta('preventAutolink', true).setContent({
      type: 'doc',
      content: [
        { type: 'paragraph', content: [{ type: 'text', text: 'see https://example.org/page' }] },
        { type: 'taskList', content: [{ type: 'taskItem', content: [{ type: 'paragraph' }] }] },
        {
          type: 'table',
          content: [
            { type: 'tableRow', content: [{ type: 'tableCell', content: [{ type: 'paragraph' }] }] },
            { type: 'tableRow', content: [1, 2].map(() => ({ type: 'tableCell', content: [{ type: 'paragraph' }] })) },
          ],
        },
      ],
    }).run()
    await first.flush()
    expect(JSON.stringify(first.getJSON())).not.toContain('"link"')
    const second = edit(name)
    const own = ownUpdates(second)
    await ready(second)
    expect(second.getJSON()).toEqual(first.getJSON())
    second.editor!.commands.setTextSelection(3)
    second.setUser({ name: 'Kim' })
    await until(first, () => first.users.some((user) => user.name === 'Kim'))
    first.editor!.chain().setMeta('preventAutolink', true).insertContentAt(1, 'https://example.net and ').run()
    await first.flush()
    await until(second, () => JSON.stringify(second.getJSON()).includes('example.net'))
    second.editor!.commands.setTextSelection(4)
    await second.flush()
    expect(own.count).toBe(0)
  })

  it('[ED8] two editors have the same text; flush resolves when it is saved', async () => {
    const name = newName()
    const [a, b] = await Promise.all([ready(edit(name)), ready(edit(name, { user: { name: 'Kim', id: 'kim' } }))])
    a.editor!.commands.insertContent('Hello')
    await a.flush()
    expect(a.status.save).toBe('saved')
    await until(b, () => b.editor!.getText().includes('Hello'))
    expect(b.getJSON()).toEqual(a.getJSON())
    await until(a, () => a.users.length === 2)
    expect(a.users.map((user) => [user.name, user.isSelf])).toEqual([['Ada', true], ['Kim', false]])
  })

  it('[ED9] undo takes back one\'s own edits only, and never what was there at the start', async () => {
    const name = newName()
    const a = await ready(edit(name))
    a.editor!.commands.insertContent('start')
    await a.flush()
    const b = await ready(edit(name))
    expect(b.editor!.commands.undo()).toBe(false)
    expect(b.editor!.getText()).toBe('start')
    b.editor!.commands.insertContentAt(6, ' mine')
    await b.flush()
    await until(a, () => a.editor!.getText() === 'start mine')
    a.editor!.commands.insertContentAt(11, ' theirs')
    await a.flush()
    await until(b, () => b.editor!.getText() === 'start mine theirs')
    b.editor!.commands.undo()
    expect(b.editor!.getText()).toBe('start theirs')
    b.editor!.commands.redo()
    expect(b.editor!.getText()).toBe('start mine theirs')
  })

  it('[ED10] stops at content that its schema cannot hold, keeps the document whole and the text on screen', async () => {
    const name = newName()
    const a = await ready(edit(name))
    a.editor!.commands.insertContent('still here')
    await a.flush()
    const stopped = new Promise((resolve) => a.on('error', resolve))
    const foreign = new Y.Doc()
    Y.applyUpdate(foreign, Y.encodeStateAsUpdate(a.ydoc))
    foreign.getXmlFragment('default').insert(1, [new Y.XmlElement('hologram')])
    Y.applyUpdate(a.ydoc, Y.encodeStateAsUpdate(foreign), 'peer')
    expect(await stopped).toEqual({ code: 'schema-unknown', found: { kind: 'node', name: 'hologram' } })
    expect(a.status.stopped?.code).toBe('schema-unknown')
    expect(a.editor).toBeUndefined()
    const copy = document.querySelector('.ce-content')
    expect(copy?.textContent).toBe('still here')
    expect(copy?.hasAttribute('contenteditable')).toBe(false)
    expect(a.ydoc.getXmlFragment('default').toString()).toContain('hologram')
    await a.flush()

    const b = edit(name)
    const error = new Promise((resolve) => b.on('error', resolve))
    const own = ownUpdates(b)
    expect(await error).toMatchObject({ found: { name: 'hologram' } })
    expect(b.editor).toBeUndefined()
    expect(own.count).toBe(0)
  })

  it('[ED11] refuses extensions that would change the schema', () => {
    for (const extension of [Node.create({ name: 'callout', group: 'block' }), Mark.create({ name: 'glow' })]) {
      expect(() => edit(newName(), { extensions: [extension] })).toThrow(extension.name)
    }
  })

  it('[ED12] a reader\'s editor cannot be typed into, until it is told otherwise', async () => {
    const cowrite = await ready(edit(newName(), { editable: false }))
    expect(document.querySelector('.ce-content')?.getAttribute('contenteditable')).toBe('false')
    cowrite.setEditable(true)
    expect(document.querySelector('.ce-content')?.getAttribute('contenteditable')).toBe('true')
  })

  it('[ED13] after destroy nothing is left: no text, no connection, no listener called', async () => {
    const name = newName()
    const a = await ready(edit(name))
    const b = await ready(edit(name, { user: { name: 'Kim', id: 'kim' } }))
    await until(a, () => a.users.length === 2)
    let told = 0
    b.on('users', () => told++)
    await b.destroy()
    await b.destroy()
    await until(a, () => a.users.length === 1)
    expect(told).toBe(0)
    expect(b.editor).toBeUndefined()
    expect(document.querySelectorAll('.ce-content')).toHaveLength(1)
  })
})
