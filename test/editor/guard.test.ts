/**
 * The schema guard, first by itself, then under a real editor with a poorer schema.
 *
 * @vitest-environment happy-dom
 */
import { markNameOf, SchemaGuard, type Unknown, watchSchema } from '@cowrite/editor'
import { schemaExtensions } from '@cowrite/editor/schema'
import { Editor, type Extensions, getSchema } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { updateYFragment } from '@tiptap/y-tiptap'
import { StarterKit } from '@tiptap/starter-kit'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'

const full = getSchema(schemaExtensions())
const poorExtensions: Extensions = [StarterKit.configure({ undoRedo: false, trailingNode: false, bold: false })]

function documentOf(json: unknown): Y.Doc {
  const ydoc = new Y.Doc()
  const fragment = ydoc.getXmlFragment('default')
  const node = full.nodeFromJSON(json)
  ydoc.transact(() => updateYFragment(ydoc, fragment, node, { mapping: new Map(), isOMark: new Map() }))
  return ydoc
}

const paragraph = (text: string, marks: object[] = []): object => ({
  type: 'paragraph',
  content: [{ type: 'text', text, marks }],
})
const table = {
  type: 'table',
  content: [{ type: 'tableRow', content: [{ type: 'tableCell', content: [paragraph('cell')] }] }],
}
const doc = (...content: object[]): object => ({ type: 'doc', content })
const fragmentOf = (ydoc: Y.Doc): Y.XmlFragment => ydoc.getXmlFragment('default')

/** What the guard says about a fragment built by hand. */
function found(build: (fragment: Y.XmlFragment) => void, schema = full): Unknown | undefined {
  const ydoc = new Y.Doc()
  build(fragmentOf(ydoc))
  return new SchemaGuard(schema).findUnknown(fragmentOf(ydoc))
}

function element(name: string, ...children: (Y.XmlElement | Y.XmlText)[]): Y.XmlElement {
  const result = new Y.XmlElement(name)
  result.insert(0, children)
  return result
}

describe('the walk', () => {
  it('[SC12] finds nothing in a document of every kind of content that the schema has', () => {
    const marks = [{ type: 'comment', attrs: { threadId: 'a' } }, { type: 'comment', attrs: { threadId: 'b' } }]
    const ydoc = documentOf(doc(table, paragraph('x', marks), { type: 'codeBlock', content: [{ type: 'text', text: 'y', marks: [marks[0]] }] }))
    expect(new SchemaGuard(full).findUnknown(fragmentOf(ydoc))).toBeUndefined()
    expect(new SchemaGuard(full).findUnknown(new Y.Doc().getXmlFragment('default'))).toBeUndefined()
  })

  it('[SC12] finds nodes and marks that the schema lacks, at any depth', () => {
    const poor = new SchemaGuard(getSchema(poorExtensions))
    expect(poor.findUnknown(fragmentOf(documentOf(doc(paragraph('a'), table))))).toEqual({ kind: 'node', name: 'table' })
    const deep = doc({ type: 'blockquote', content: [paragraph('a', [{ type: 'bold' }])] })
    expect(poor.findUnknown(fragmentOf(documentOf(deep)))).toEqual({ kind: 'mark', name: 'bold' })
    expect(found((fragment) => fragment.insert(0, [element('iframe')]))).toEqual({ kind: 'node', name: 'iframe' })
  })

  it('[SC12] knows a mark that overlaps itself by its name without the hash', () => {
    expect(markNameOf('comment--AbCd12+/')).toBe('comment')
    expect(markNameOf('bold')).toBe('bold')
    expect(markNameOf('odd--name')).toBe('odd--name')
  })

  it('[SC13] finds content in a place where the schema never has it', () => {
    const text = new Y.XmlText('x')
    expect(found((fragment) => fragment.insert(0, [element('paragraph', element('image'))]))).toEqual({ kind: 'place', name: 'image in paragraph' })
    expect(found((fragment) => fragment.insert(0, [text]))).toEqual({ kind: 'place', name: 'text in doc' })
    expect(found((fragment) => {
      const code = new Y.XmlText()
      fragment.insert(0, [element('codeBlock', code)])
      code.insert(0, 'x', { bold: {} })
    })).toEqual({ kind: 'place', name: 'bold in codeBlock' })
  })

  it('[SC13] takes what concurrent editing of equal schemas can leave behind', () => {
    // Two people delete the two last items at once; one makes text bold while another makes it code.
    expect(found((fragment) => fragment.insert(0, [element('bulletList')]))).toBeUndefined()
    expect(found((fragment) => {
      const text = new Y.XmlText()
      fragment.insert(0, [element('paragraph', text)])
      text.insert(0, 'x', { bold: {}, code: {} })
    })).toBeUndefined()
  })

  it('[SC14] finds what no editor could survive: embedded objects, huge spans, bottomless nesting', () => {
    expect(found((fragment) => {
      const text = new Y.XmlText()
      fragment.insert(0, [element('paragraph', text)])
      text.insertEmbed(0, { image: 'x' })
    })).toEqual({ kind: 'content', name: 'embedded object' })
    expect(found((fragment) => {
      const cell = element('tableCell')
      fragment.insert(0, [element('table', element('tableRow', cell))])
      cell.setAttribute('colspan', 1e9 as unknown as string)
    })).toEqual({ kind: 'content', name: 'colspan' })
    expect(found((fragment) => {
      let inner = element('blockquote')
      for (let depth = 0; depth < 120; depth++) inner = element('blockquote', inner)
      fragment.insert(0, [inner])
    })).toEqual({ kind: 'content', name: 'nested too deep' })
  })
})

describe('the watch', () => {
  it('[SC15] tells of the first unknown thing that a change brings, once', () => {
    const ydoc = documentOf(doc(paragraph('a')))
    const told: Unknown[] = []
    watchSchema(fragmentOf(ydoc), new SchemaGuard(full), (unknown) => told.push(unknown))
    fragmentOf(ydoc).insert(0, [element('paragraph', new Y.XmlText('fine'))])
    expect(told).toEqual([])
    fragmentOf(ydoc).insert(0, [element('blockquote', element('callout'))])
    fragmentOf(ydoc).insert(0, [element('callout')])
    expect(told).toEqual([{ kind: 'node', name: 'callout' }])
  })

  it('[SC15] sees a mark set on old text and an attribute set on an old cell', () => {
    const told: Unknown[] = []
    const watch = (ydoc: Y.Doc): void => void watchSchema(fragmentOf(ydoc), new SchemaGuard(full), (unknown) => told.push(unknown))
    const first = documentOf(doc(paragraph('a')))
    watch(first)
    ;((fragmentOf(first).get(0) as Y.XmlElement).get(0) as Y.XmlText).format(0, 1, { glow: {} })
    const second = documentOf(doc(table))
    watch(second)
    const cell = ((fragmentOf(second).get(0) as Y.XmlElement).get(0) as Y.XmlElement).get(0) as Y.XmlElement
    cell.setAttribute('rowspan', 0 as unknown as string)
    expect(told).toEqual([{ kind: 'mark', name: 'glow' }, { kind: 'content', name: 'rowspan' }])
  })

  it('[SC15] looks only at what changed', () => {
    const ydoc = documentOf(doc(paragraph('a')))
    fragmentOf(ydoc).insert(1, [element('callout')]) // there before the watch: the walk at mounting finds it
    const told: Unknown[] = []
    watchSchema(fragmentOf(ydoc), new SchemaGuard(full), (unknown) => told.push(unknown))
    fragmentOf(ydoc).insert(0, [element('paragraph')])
    expect(told).toEqual([])
  })
})

describe('an editor with a poorer schema', () => {
  /** Opens the editor, lets a peer add a table and bold text, then types. @returns what both have afterwards. */
  function meet(isGuarded: boolean): { peer: string; own: string; editor: Editor } {
    const own = documentOf(doc(paragraph('hello')))
    const peer = new Y.Doc()
    Y.applyUpdate(peer, Y.encodeStateAsUpdate(own))
    peer.on('update', (update: Uint8Array, origin) => origin !== own && Y.applyUpdate(own, update, peer))
    own.on('update', (update: Uint8Array, origin) => origin !== peer && Y.applyUpdate(peer, update, own))
    let editor: Editor | undefined
    if (isGuarded) watchSchema(fragmentOf(own), new SchemaGuard(getSchema(poorExtensions)), () => editor?.destroy())
    const holder = document.createElement('div')
    document.body.append(holder)
    editor = new Editor({ element: holder, extensions: [...poorExtensions, Collaboration.configure({ document: own })] })
    const rich = fragmentOf(documentOf(doc(table, paragraph('bold', [{ type: 'bold' }]))))
    fragmentOf(peer).insert(1, rich.toArray().map((item) => (item as Y.XmlElement).clone()))
    if (!editor.isDestroyed) editor.commands.insertContent('more')
    return { peer: fragmentOf(peer).toString(), own: fragmentOf(own).toString(), editor }
  }

  it('[SC16] would delete a table and bold text for everybody', () => {
    const { peer } = meet(false)
    expect(peer).not.toContain('cell')
    expect(peer).not.toContain('bold')
  })

  it('[SC16] is stopped by the guard before it deletes anything', () => {
    const { peer, own, editor } = meet(true)
    expect(editor.isDestroyed).toBe(true)
    expect(peer).toContain('cell')
    expect(peer).toContain('bold')
    expect(own).toBe(peer)
  })
})
