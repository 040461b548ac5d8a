/**
 * Rules CV20 and CV21: content of Yjs documents, read and made without an editor.
 */
import { ConvertError, jsonOfFragment, jsonOfUpdate, updateOfJson } from '@cowrite/editor/convert'
import { CONTENT_FIELD, schemaExtensions } from '@cowrite/editor/schema'
import { inspectUpdate } from '@cowrite/protocol'
import { getSchema } from '@tiptap/core'
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { firstSeed, randomFrom, runCount } from '../protocol/random.js'
import { randomDocument, TRICKY_TEXTS } from '../support/random-document.js'

describe('content of a Yjs document', () => {
  it('[CV20] what is written is read as it was, and as an editor reads it', () => {
    const schema = getSchema(schemaExtensions())
    const seed = firstSeed()
    for (let run = 0; run < runCount(60); run++) {
      const json = randomDocument(randomFrom(seed + run), { texts: TRICKY_TEXTS })
      const update = updateOfJson(json)
      expect(jsonOfUpdate(update), `seed ${seed + run}`).toEqual(json)
      const ydoc = new Y.Doc()
      Y.applyUpdate(ydoc, update)
      expect(yXmlFragmentToProseMirrorRootNode(ydoc.getXmlFragment(CONTENT_FIELD), schema).toJSON()).toEqual(json)
      expect(() => inspectUpdate(update)).not.toThrow()
    }
  })

  it('[CV20] what is no document is refused', () => {
    expect(() => updateOfJson({ type: 'doc' })).toThrow(ConvertError)
  })

  it('[CV21] reading takes whatever peers wrote, leaves out what the schema lacks, and changes nothing', () => {
    const ydoc = new Y.Doc()
    const fragment = ydoc.getXmlFragment(CONTENT_FIELD)
    expect(jsonOfFragment(fragment)).toMatchObject({ type: 'doc', content: [{ type: 'paragraph' }] })
    const text = new Y.XmlText('plain')
    const paragraph = new Y.XmlElement('paragraph')
    const deep = new Y.XmlElement('blockquote')
    fragment.insert(0, [new Y.XmlElement('video'), new Y.XmlElement('constructor'), paragraph, deep])
    paragraph.insert(0, [text])
    paragraph.setAttribute('textAlign', { a: 1 } as unknown as string)
    text.insert(5, ' blink', { blink: {}, bold: {}, 'comment--AAAAAAAA': { threadId: 't' } })
    text.insertEmbed(0, { image: 'x' })
    let inner = deep
    for (let depth = 0; depth < 150; depth++) {
      const next = new Y.XmlElement('blockquote')
      inner.insert(0, [next])
      inner = next
    }
    const before = Y.encodeStateAsUpdate(ydoc)
    const { content } = jsonOfFragment(fragment)
    expect(content![0]!.content!.map(({ text, marks }) => [text, marks?.map(({ type }) => type)])).toEqual([['plain', undefined], [' blink', ['bold', 'comment']]])
    expect(content).toHaveLength(2)
    expect(Y.encodeStateAsUpdate(ydoc)).toEqual(before)
  })
})
