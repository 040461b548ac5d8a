/**
 * Rules CV1 to CV6: HTML out and in, without a DOM.
 */
import { ConvertError, htmlOfJson, jsonOfHtml, nodeOfJson } from '@cowrite/editor/convert'
import { describe, expect, it } from 'vitest'
import { randomFrom, runCount, firstSeed } from '../protocol/random.js'
import { type Json, randomDocument, TRICKY_TEXTS } from '../support/random-document.js'


const textOf = (json: unknown): string => nodeOfJson(json).textBetween(0, nodeOfJson(json).content.size, '\n')
const link = (href: unknown): Json => ({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'x', marks: [{ type: 'link', attrs: { href } }] }] }] })

describe('HTML', () => {
  it('[CV1] random documents come back as they were', () => {
    const seed = firstSeed()
    for (let run = 0; run < runCount(60); run++) {
      const json = randomDocument(randomFrom(seed + run), { texts: TRICKY_TEXTS })
      const html = htmlOfJson(json, { review: true })
      expect(jsonOfHtml(html), `seed ${seed + run}: ${html}`).toEqual(json)
    }
  })

  it('[CV3] nothing that a peer may have written runs, loads or dresses up', () => {
    const hostile: Json = { type: 'doc', content: [
      ...['javascript:alert(1)', 'java\tscript:alert(1)', 'data:text/html,x', 'vbscript:x', ' javascript:x'].map((href) => link(href).content![0]!),
      { type: 'paragraph', attrs: { textAlign: 'left;background:url(//evil.example)', dir: '"><script>' }, content: [{ type: 'text', text: '<script>alert(1)</script>' }] },
      { type: 'image', attrs: { src: 'data:image/svg+xml,x', alt: '"><img onerror=x>' } },
      { type: 'image', attrs: { src: 'https://example.com/a.png', alt: '" onload="x', width: '1;x' } },
      { type: 'mathBlock', attrs: { latex: '</pre><script>' } },
      { type: 'codeBlock', attrs: { language: 'x" onclick="y' }, content: [{ type: 'text', text: '</code><b>' }] },
      { type: 'paragraph', content: [{ type: 'text', text: 'y', marks: [{ type: 'textStyle', attrs: { color: 'red;position:fixed', fontFamily: 'x;y:url(z)' } }] }, { type: 'mention', attrs: { id: '"><i>', label: '<b>' } }] },
    ] }
    const html = htmlOfJson(hostile)
    expect(html).not.toMatch(/<script|<i>|<b>|<svg|javascript:|vbscript:|data:|evil|position|url\(/i)
    expect(html.replace(/"[^"]*"/g, '""')).not.toMatch(/\son\w+=/i)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).toContain('alt="&quot; onload=&quot;x"')
    expect(htmlOfJson(jsonOfHtml(html))).not.toMatch(/<script|javascript:/)
  })

  it('[CV3] anchors of comments stay out unless they are asked for', () => {
    const json: Json = { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'x', marks: [{ type: 'comment', attrs: { threadId: 't1' } }] }] }] }
    expect(htmlOfJson(json)).toBe('<p>x</p>')
    expect(htmlOfJson(json, { review: true })).toContain('data-thread="t1"')
  })

  it.each([
    ['a whole page', '<!doctype html><html><head><title>no</title><style>p{}</style></head><body><p>yes</p></body></html>', 'yes'],
    ['scripts', 'a<script>b</script><p onclick="c">d</p><iframe src="e"></iframe><object>f</object>', 'a\nd'],
    ['unknown elements', '<article><section><custom-x>a</custom-x></section><font color=red>b</font></article>', 'a\nb'],
    ['definition lists and divs', '<dl><dt>a</dt><dd>b</dd></dl><div>c<div>d</div></div>', 'a\nb\nc\nd'],
    ['open tags', '<p><b>a<p>b</i></b><table><td>c', 'a\nb\nc'],
    ['nothing', '', ''],
    ['text alone', 'a &amp; b &lt; c', 'a & b < c'],
    ['formatted source', '<ul>\n  <li>\n    a\n    b\n  </li>\n</ul>\n\n<p>\n  c\n</p>', 'a b\nc'],
  ])('[CV4] %s', (_, html, text) => {
    expect(textOf(jsonOfHtml(html))).toBe(text)
  })

  it('[CV4] a paste from a word processor keeps its structure and loses its tricks', () => {
    const json = jsonOfHtml(`<meta charset="utf-8"><b style="font-weight:normal" id="docs-internal-guid-1"><h1 dir="ltr"><span style="font-size:20pt">Title</span></h1>
      <p><span style="font-weight:700">bold</span> <span style="font-style:italic">italic</span> <a href="javascript:x">bad</a> <a href="https://example.com">good</a></p>
      <table><tbody><tr><td colspan="2"><p>a</p></td></tr><tr><td>b</td><td>c</td></tr></tbody></table></b>`)
    const html = htmlOfJson(json)
    expect(html).toContain('<h1 dir="ltr"><span style="font-size: 20pt">Title</span></h1>')
    expect(html.replace(/<\/?span>/g, '')).toMatch(/<strong>bold<\/strong> <em>italic<\/em> bad <a href="https:\/\/example\.com"/)
    expect(html).toContain('<td colspan="2" rowspan="1"><p>a</p></td>')
  })

  it('[CV4] what is nested beyond reason is refused, however long it is', () => {
    for (const tag of ['<div>', '<b>', '<ul><li>', '<table><td>', '<blockquote>']) {
      const start = process.cpuUsage().user
      expect(() => jsonOfHtml(tag.repeat(200_000))).toThrow(ConvertError)
      expect(process.cpuUsage().user - start).toBeLessThan(5e6)
    }
    expect(textOf(jsonOfHtml('<div>'.repeat(100) + 'x'))).toBe('x')
  })

  it('[CV5] needs no DOM', () => {
    expect('document' in globalThis).toBe(false)
    expect('DOMParser' in globalThis).toBe(false)
  })
})

describe('documents as JSON', () => {
  const cases: [string, unknown][] = [
    ['nothing', undefined], ['null', null], ['a text', 'x'], ['an array', []], ['no type', {}], ['an unknown node', { type: 'doc', content: [{ type: 'video' }] }],
    ['not the document', { type: 'paragraph' }], ['an empty document', { type: 'doc' }], ['text without a block', { type: 'doc', content: [{ type: 'text', text: 'x' }] }],
    ['an empty text', { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: '' }] }] }],
    ['an unknown mark', { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'x', marks: [{ type: 'blink' }] }] }] }],
    ['marks that exclude each other', { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'x', marks: [{ type: 'code' }, { type: 'bold' }] }] }] }],
    ['a name of every object', { type: 'doc', content: [{ type: 'constructor' }] }], ['content that is no list', { type: 'doc', content: {} }],
    ['nested too deeply', Array.from({ length: 20_000 }).reduce<unknown>((content) => ({ type: 'blockquote', content: [content] }), { type: 'paragraph' })],
  ]
  it.each(cases)('[CV2] %s is refused', (_, json) => {
    expect(() => nodeOfJson(json)).toThrow(ConvertError)
  })

  it('[CV2] values that no rule allows become the default', () => {
    const json = nodeOfJson({ type: 'doc', content: [
      { type: 'heading', attrs: { level: 9, textAlign: 'x', __proto__: { a: 1 }, onclick: 'y' } },
      { type: 'table', content: [{ type: 'tableRow', content: [{ type: 'tableCell', attrs: { colspan: -1, colwidth: 'x' }, content: [{ type: 'paragraph' }] }] }] },
    ] }).toJSON() as Json
    expect(json.content![0]!.attrs).toEqual({ level: 1, textAlign: null, dir: null })
    expect(json.content![1]!.content![0]!.content![0]!.attrs).toMatchObject({ colspan: 1, colwidth: null })
  })
})
