/**
 * Rules DF1 to DF5: another content by the fewest changes.
 */
import { ConvertError, jsonOfFragment, jsonOfMarkdown, jsonOfUpdate, updateOfJson } from '@cowrite/editor/convert'
import { contentUpdate, replaceContent } from '@cowrite/editor/diff'
import { CONTENT_FIELD } from '@cowrite/editor/schema'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { firstSeed, type Random, randomFrom, runCount } from '../protocol/random.js'
import { type Json, randomDocument, TRICKY_TEXTS } from '../support/random-document.js'

const documentOf = (json: unknown): Y.Doc => {
  const ydoc = new Y.Doc()
  Y.applyUpdate(ydoc, updateOfJson(json))
  return ydoc
}
const contentOf = (ydoc: Y.Doc): Json => jsonOfFragment(ydoc.getXmlFragment(CONTENT_FIELD)) as Json
const textAt = (ydoc: Y.Doc, index: number): Y.XmlText => (ydoc.getXmlFragment(CONTENT_FIELD).get(index) as Y.XmlElement).get(0) as Y.XmlText
/** Bytes of what changed. */
function change(ydoc: Y.Doc, json: unknown): number {
  let bytes = 0
  const count = (update: Uint8Array): void => void (bytes += update.length)
  ydoc.on('update', count)
  replaceContent(ydoc, json)
  ydoc.off('update', count)
  return bytes
}
const numbered = (count: number): string => Array.from({ length: count }, (_, at) => `Paragraph number ${at} with some words of its own: ${at * 7919}.`).join('\n\n')

describe('another content', () => {
  it('[DF1] any document becomes any other, and equal content changes nothing', () => {
    const seed = firstSeed()
    for (let run = 0; run < runCount(30); run++) {
      const random = randomFrom(seed + run)
      const [before, after] = [randomDocument(random, { texts: TRICKY_TEXTS }), randomDocument(random, { texts: TRICKY_TEXTS })]
      const ydoc = documentOf(before)
      expect(change(ydoc, before), `seed ${seed + run}`).toBe(0)
      change(ydoc, after)
      expect(contentOf(ydoc), `seed ${seed + run}`).toEqual(after)
      expect(contentUpdate(Y.encodeStateAsUpdate(ydoc), after)).toBeUndefined()
    }
  })

  it('[DF1] random edits of a document arrive, whatever they are', () => {
    const seed = firstSeed()
    for (let run = 0; run < runCount(30); run++) {
      const random = randomFrom(seed + run)
      const before = randomDocument(random)
      const after = edited(before, random)
      const update = contentUpdate(updateOfJson(before), after)
      const ydoc = documentOf(before)
      const state = Y.encodeStateAsUpdate(ydoc)
      const fresh = contentUpdate(state, after)
      if (fresh) Y.applyUpdate(ydoc, fresh)
      expect(contentOf(ydoc), `seed ${seed + run}`).toEqual(after)
      expect(update === undefined).toBe(fresh === undefined)
    }
  })

  it('[DF2] a small change is a small update, however long the document, also when blocks moved', () => {
    const markdown = numbered(400)
    const ydoc = documentOf(jsonOfMarkdown(markdown))
    expect(change(ydoc, jsonOfMarkdown(markdown.replace('number 200 with', 'number 200 without')))).toBeLessThan(60)
    const lines = numbered(400).split('\n\n')
    lines[3] = lines[3]!.replace('some', 'a few')
    lines[390] = lines[390]!.replace('some', 'many')
    lines.splice(100, 0, 'One more.')
    lines.splice(250, 3)
    const before = ydoc.getXmlFragment(CONTENT_FIELD).get(200) as Y.XmlElement
    expect(change(ydoc, jsonOfMarkdown(lines.join('\n\n')))).toBeLessThan(400)
    expect(ydoc.getXmlFragment(CONTENT_FIELD).get(201)).toBe(before)
    expect(contentOf(ydoc)).toEqual(jsonOfMarkdown(lines.join('\n\n')))
  })

  it('[DF3] carets beside what changed stay where they are', () => {
    const ydoc = documentOf(jsonOfMarkdown('first line\n\nThe quick brown fox jumps over the lazy dog\n\nlast line'))
    const text = textAt(ydoc, 1)
    const carets = [0, 4, 10, 16, 20, text.length].map((at) => [text.toString().slice(at, at + 3), Y.createRelativePositionFromTypeIndex(text, at)] as const)
    replaceContent(ydoc, jsonOfMarkdown('new first\n\nfirst line\n\nThe **quick** red fox leaps over the very lazy dog\n\nlast line'))
    const places = carets.map(([, position]) => Y.createAbsolutePositionFromRelativePosition(position, ydoc)!)
    expect(places.every(({ type }) => type === text)).toBe(true)
    const now = (text.toDelta() as { insert: string }[]).map(({ insert }) => insert).join('')
    expect(places.map(({ index }) => now.slice(index, index + 3))).toEqual(['The', 'qui', 'red', 'fox', 'lea', ''])
  })

  it('[DF4] what others write meanwhile stays', () => {
    const before = '# Title\n\nOne two three four five six\n\n- a\n- b\n- c\n\n| x | y |\n| - | - |\n| 1 | 2 |'
    const [here, there] = [documentOf(jsonOfMarkdown(before)), new Y.Doc()]
    Y.applyUpdate(there, Y.encodeStateAsUpdate(here))
    textAt(there, 1).insert(8, 'and a half ')
    const list = there.getXmlFragment(CONTENT_FIELD).get(2) as Y.XmlElement
    ;(((list.get(1) as Y.XmlElement).get(0) as Y.XmlElement).get(0) as Y.XmlText).insert(1, '!')
    replaceContent(here, jsonOfMarkdown('# A title\n\nOne two three four five **seven**\n\n- a\n- b\n- new\n- c\n\n| x | y |\n| - | - |\n| 1 | 3 |'))
    Y.applyUpdate(here, Y.encodeStateAsUpdate(there))
    Y.applyUpdate(there, Y.encodeStateAsUpdate(here))
    expect(contentOf(here)).toEqual(contentOf(there))
    expect(contentOf(here)).toEqual(jsonOfMarkdown('# A title\n\nOne two and a half three four five **seven**\n\n- a\n- b!\n- new\n- c\n\n| x | y |\n| - | - |\n| 1 | 3 |'))
  })

  it('[DF4] no pair of surrogates is split', () => {
    const [here, there] = [documentOf(jsonOfMarkdown('a 😀 b')), new Y.Doc()]
    Y.applyUpdate(there, Y.encodeStateAsUpdate(here))
    for (const text of ['a 😁 b', 'a 😀😁 b', 'a 😂 b', '👍🏽 b', 'a 👍🏿 b']) {
      replaceContent(here, jsonOfMarkdown(text))
      Y.applyUpdate(there, Y.encodeStateAsUpdate(here))
      expect(contentOf(there)).toEqual(jsonOfMarkdown(text))
    }
  })

  it('[DF5] what is no document changes nothing', () => {
    const ydoc = documentOf(jsonOfMarkdown('x'))
    const before = Y.encodeStateAsUpdate(ydoc)
    expect(() => replaceContent(ydoc, { type: 'doc', content: [{ type: 'video' }] })).toThrow(ConvertError)
    expect(() => contentUpdate(before, { type: 'doc' })).toThrow(ConvertError)
    expect(Y.encodeStateAsUpdate(ydoc)).toEqual(before)
  })

  it('[DF2] a whole new document of 600 paragraphs takes seconds at most', () => {
    const start = process.cpuUsage()
    const state = updateOfJson(jsonOfMarkdown(numbered(600)))
    const update = contentUpdate(state, jsonOfMarkdown(numbered(600).toUpperCase()))
    expect(jsonOfUpdate(Y.mergeUpdates([state, update!])).content).toHaveLength(600)
    const { user, system } = process.cpuUsage(start)
    expect((user + system) / 1e6).toBeLessThan(20)
  })
})

/** The document after a few random edits. */
function edited(json: Json, random: Random): Json {
  const copy = structuredClone(json)
  const texts: Json[] = []
  const isCode = new Set<Json>()
  const walk = (node: Json): void => {
    if (node.type === 'text') texts.push(node)
    if (node.type === 'codeBlock') node.content?.forEach((text) => isCode.add(text))
    node.content?.forEach(walk)
  }
  walk(copy)
  for (let step = 0; step < 3 && texts.length > 0; step++) {
    const text = random.pick(texts)
    const at = random.int(text.text!.length)
    const word = random.pick(['X', ' new words ', '漢'])
    // Never between the halves of a character.
    if (!/[\udc00-\udfff]/.test(text.text![at] ?? '')) text.text = text.text!.slice(0, at) + word + text.text!.slice(at)
    if (random.chance(0.3) && !isCode.has(text)) text.marks = random.chance(0.5) ? [] : [{ type: 'italic' }]
  }
  if (random.chance(0.5)) copy.content!.splice(random.int(copy.content!.length), random.int(2), ...(randomDocument(random).content!.slice(0, 2)))
  if (copy.content!.length === 0) copy.content!.push({ type: 'paragraph' })
  return normal(copy)
}

/** Through Yjs and back, so that neighbouring texts with the same marks are one. */
const normal = (json: Json): Json => jsonOfUpdate(updateOfJson(json)) as Json
