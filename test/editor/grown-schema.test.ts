/**
 * A schema of a host's own, at a real server that knows it and at one that does not.
 *
 * @vitest-environment happy-dom
 */
import { createCowriteEditor, type CowriteEditor } from '@cowrite/editor'
import { growSchema, SCHEMA_VERSION } from '@cowrite/editor/schema'
import { startServer } from '@cowrite/server'
import { Extension, Node } from '@tiptap/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'

const callout = (attrs: object = { mood: { default: 'calm' } }): Node =>
  Node.create({ name: 'callout', group: 'block', content: 'inline*', addAttributes: () => attrs, renderHTML: () => ['aside', 0], parseHTML: () => [{ tag: 'aside' }] })

const grown = growSchema(1000, [callout()])

async function edit(schemas: string[]): Promise<CowriteEditor> {
  const server = await startServer({ port: 0, ephemeral: true, logLevel: 'silent', schemas })
  onTestFinished(() => void server.close())
  const element = document.createElement('div')
  document.body.append(element)
  const cowrite = createCowriteEditor({
    element, server: server.url, doc: 'grown', user: { name: 'Ada' }, schema: grown,
    connection: { WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket, keepUnsaved: false },
  })
  onTestFinished(() => cowrite.destroy())
  await new Promise<void>((resolve) => cowrite.on('ready', () => resolve()))
  return cowrite
}

describe('a schema of the host’s own', () => {
  it('[SC17] has a name that stands for exactly what was added', () => {
    expect(grown.id).toMatch(/^1000-[0-9a-f]{16}$/)
    expect(growSchema(1000, [callout()]).id).toBe(grown.id)
    expect(growSchema(1000, [callout({ tone: { default: 'calm' } })]).id).not.toBe(grown.id)
  })

  it('[SC17] only adds: another version range, or a change of what there is, is refused by name', () => {
    for (const version of [SCHEMA_VERSION, 999, 1e9, 1000.5]) expect(() => growSchema(version, [callout()])).toThrow(RangeError)
    vi.spyOn(console, 'warn').mockReturnValue() // Tiptap's, on the second paragraph
    const paragraph = Node.create({ name: 'paragraph', group: 'block', content: 'text*' })
    expect(() => growSchema(1000, [paragraph])).toThrow('"paragraph"')
    const mood = Extension.create({ name: 'mood', addGlobalAttributes: () => [{ types: ['heading'], attributes: { mood: { default: null } } }] })
    expect(() => growSchema(1000, [mood])).toThrow('"heading"')
  })

  it('[SC17] is written with at a server that lists it', async () => {
    const cowrite = await edit([grown.id])
    expect(cowrite.status.readOnly).toBeUndefined()
    cowrite.editor!.commands.setContent([{ type: 'callout', content: [{ type: 'text', text: 'mind' }] }])
    await cowrite.flush()
    expect(cowrite.getJSON()?.content?.[0]).toMatchObject({ type: 'callout', attrs: { mood: 'calm' } })
  })

  it('[SC17] is for reading only at a server that does not', async () => {
    const cowrite = await edit([])
    expect(cowrite.status.readOnly).toBe('schema')
    expect(cowrite.editor!.isEditable).toBe(false)
  })
})
