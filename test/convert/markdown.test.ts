/**
 * Rules CV10 to CV15: Markdown out and in.
 */
import { ConvertError, htmlOfJson, jsonOfMarkdown, markdownOfJson, nodeOfJson } from '@cowrite/editor/convert'
import { describe, expect, it } from 'vitest'
import { firstSeed, randomFrom, runCount } from '../protocol/random.js'
import { type Json, randomDocument, TRICKY_TEXTS } from '../support/random-document.js'

/** What of a document Markdown is meant to carry. */
function carried(json: Json): Json {
  return nodeOfJson(block(json)).toJSON() as Json
}

const OUTER = ['bold', 'italic', 'strike']

/** Tables that are no grid of lines with headers are written as HTML, and so come back as they were. */
const isHtml = ({ type, content = [] }: Json): boolean => type === 'table' && !content.every((row, index) => row.content!.every((cell) =>
  cell.type === (index === 0 ? 'tableHeader' : 'tableCell') && cell.content!.length === 1 && cell.content![0]!.type === 'paragraph'))

function block(node: Json): Json {
  if (isHtml(node)) return node
  const isText = ['paragraph', 'heading'].includes(node.type)
  const isBlank = (node.content ?? []).every(({ type, text }) => type === 'text' && text!.trim() === '')
  const content = isText ? (isBlank ? [] : inline(node.content ?? [])) : (node.content ?? []).map(block)
  const kept = content.filter((child, index) => !isEmptyParagraph(child) || isNeeded(node, index, content))
  return { ...node, ...(node.content && { content: kept }) }
}

const isEmptyParagraph = ({ type, content }: Json): boolean => type === 'paragraph' && (content ?? []).length === 0

/** An empty paragraph stays where a block has to be: first in an item, or alone. */
function isNeeded(parent: Json, index: number, content: readonly Json[]): boolean {
  if (parent.type === 'taskItem') return index === 0
  if (parent.type === 'listItem') return index === 0 && content.find((child) => !isEmptyParagraph(child))?.type !== 'paragraph'
  return index === 0 && content.every(isEmptyParagraph)
}

/** Spaces at the ends of bold, italic and struck text lose these marks; neighbours that are alike become one. */
function inline(nodes: readonly Json[]): Json[] {
  let pieces = nodes.flatMap((node): Json[] => node.type === 'text'
    ? (node.text!.match(/\s+|\S+/gu) ?? []).map((text) => ({ ...node, text }))
    : [node])
  for (const type of OUTER) {
    const has = (node: Json | undefined): boolean => node?.marks?.some((mark) => mark.type === type) ?? false
    const isBlank = (node: Json): boolean => node.type === 'hardBreak' || (node.type === 'text' && node.text!.trim() === '')
    const places = [...pieces.keys()]
    for (const [step, order] of [[-1, places], [1, places.toReversed()]] as const) {
      for (const at of order) {
        if (has(pieces[at]) && isBlank(pieces[at]!) && !has(pieces[at + step])) {
          pieces = pieces.with(at, { ...pieces[at]!, marks: pieces[at]!.marks!.filter((mark) => mark.type !== type) })
        }
      }
    }
  }
  const result: Json[] = []
  for (const piece of pieces) {
    const last = result.at(-1)
    const marks = (piece.marks ?? []).filter(({ type }) => type !== 'link' || piece.type === 'text')
    const next = { ...piece, marks: piece.type === 'text' ? marks : [] }
    if (last?.type === 'text' && next.type === 'text' && JSON.stringify(last.marks) === JSON.stringify(next.marks)) {
      result[result.length - 1] = { ...last, text: last.text! + next.text! }
    } else result.push(next)
  }
  return result
}

describe('Markdown', () => {
  it('[CV10] [CV11] random documents come back with all that Markdown carries', () => {
    const seed = firstSeed()
    for (let run = 0; run < runCount(30); run++) {
      const json = randomDocument(randomFrom(seed + run), { plain: true, texts: TRICKY_TEXTS })
      const markdown = markdownOfJson(json)
      expect(jsonOfMarkdown(markdown), `seed ${seed + run}: ${markdown}`).toEqual(carried(json))
    }
  })

  it('[CV12] reads what GitHub reads', () => {
    const html = (markdown: string): string => htmlOfJson(jsonOfMarkdown(markdown))
    expect(html('# T\n\na **b** *c* ~~d~~ `e` [f](https://g.example "h")')).toBe(
      '<h1>T</h1><p>a <strong>b</strong> <em>c</em> <s>d</s> <code>e</code> <a href="https://g.example" target="_blank" rel="noopener noreferrer nofollow" title="h">f</a></p>')
    expect(html('- [ ] a\n- [x] b\n- c')).toMatch(/data-checked="false".*data-checked="true".*<ul><li><p>c<\/p><\/li><\/ul>$/)
    expect(html('3. a\n4. b')).toBe('<ol start="3"><li><p>a</p></li><li><p>b</p></li></ol>')
    expect(html('| a | b |\n|:-:|---|\n| c | d \\| e |')).toMatch(/<th[^>]*text-align: center[^>]*>.*<p>d \| e<\/p>/)
    expect(html('a\nb  \nc')).toBe('<p>a b<br>c</p>')
    expect(html('```js\na\n```\n\n    b')).toBe('<pre><code class="language-js">a</code></pre><pre><code>b</code></pre>')
    expect(html('see https://a.example/b and <https://c.example>')).toMatch(/href="https:\/\/a\.example\/b".*href="https:\/\/c\.example"/)
    expect(html('![a](https://b.example/c.png) text ![d](/e.png)')).toMatch(/^<img[^>]*><p>text<\/p><img[^>]*>$/)
    expect(html('[a][b] ![c][b]\n\n[b]: https://d.example')).toMatch(/href="https:\/\/d\.example".*<img/)
    expect(html('a[^1]\n\n[^1]: note')).toBe('<p>a[^1]</p><p>[^1]:</p><p>note</p>')
    expect(html('a $`x^2`$ b\n\n```math\ny\n```')).toMatch(/data-latex="x\^2".*<pre data-latex="y"/)
  })

  it('[CV12] reads HTML inside Markdown as HTML anywhere, and a tag left open hides nothing', () => {
    const text = (markdown: string): string => {
      const node = nodeOfJson(jsonOfMarkdown(markdown))
      return node.textBetween(0, node.content.size, '\n')
    }
    expect(htmlOfJson(jsonOfMarkdown('a <u>b</u> <b>c</b> <span onclick="x">d</span>'))).toBe('<p>a <u>b</u> <strong>c</strong> d</p>')
    expect(htmlOfJson(jsonOfMarkdown('<details>\n<summary>s</summary>\n\n- a\n\n</details>\n\nb'))).toMatch(/<summary>s<\/summary>.*<li><p>a<\/p><\/li>.*<\/details><p>b<\/p>$/)
    for (const open of ['<script>', '<style>', '<textarea>', '<title>', '<!-- ', '<div title="', '<![CDATA[', '<?php ', '<iframe>', '<plaintext>', '<b>', '<table>']) {
      expect(text(`${open}\n\nstays`), open).toContain('stays')
      expect(text(`a ${open} stays`), open).toContain('stays')
    }
    expect(text('<script>gone</script>\n\n<style>\ngone\n</style>\n\nstays')).toBe('stays')
    expect(markdownOfJson(jsonOfMarkdown('[a](javascript:x) ![b](data:c)'))).toBe('a\n')
  })

  it('[CV12] Markdown nested beyond reason is refused', () => {
    for (const sign of ['> ', '>', '- ', '1. ', '> - ']) expect(() => jsonOfMarkdown(sign.repeat(100_000) + 'x')).toThrow(ConvertError)
    expect(jsonOfMarkdown('> '.repeat(40) + 'x')).toBeDefined()
    expect(() => jsonOfMarkdown('> '.repeat(150) + 'x')).toThrow(ConvertError)
  })

  it('[CV13] what is about looks alone is left out, and nothing else of the text', () => {
    const seed = firstSeed()
    for (let run = 0; run < runCount(10); run++) {
      const json = randomDocument(randomFrom(seed + run), { texts: TRICKY_TEXTS })
      const words = (document: unknown): string => nodeOfJson(document).textContent.replace(/\s+/g, '')
      expect(words(jsonOfMarkdown(markdownOfJson(json))), `seed ${seed + run}`).toBe(words(json))
    }
  })
})
