/**
 * Rules CV30 to CV35: Word files and plain text, out and in.
 */
import { ConvertError, htmlOfJson, jsonOfHtml, jsonOfMarkdown, jsonOfText, markdownOfJson, textOfJson } from '@cowrite/editor/convert'
import { docxOfJson, jsonOfDocx } from '@cowrite/editor/docx'
import mammoth from 'mammoth'
import { describe, expect, it } from 'vitest'
import { firstSeed, randomFrom, runCount } from '../protocol/random.js'
import { type Json, randomDocument } from '../support/random-document.js'

const nameOf = (number: number): string => `https://picture.invalid/${number}`

/** As somebody else's reader sees it, without the names of our styles. */
const readByOthers = async (bytes: Uint8Array): Promise<string> => (await mammoth.convertToHtml({ buffer: Buffer.from(bytes) })).value

const readBack = async (markdown: string): Promise<string> => {
  const { json } = await jsonOfDocx(await docxOfJson(jsonOfMarkdown(markdown)), nameOf)
  return markdownOfJson(json)
}

/** 1 x 1. */
const PIXEL = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), (character) => character.charCodeAt(0))

describe('Word files', () => {
  it('[CV30] headings, lists, tasks, marks, links, tables, quotes and code come back', async () => {
    const markdown = `# One

###### Six

a **b** *c* ~~d~~ \`e\` [f **g**](https://h.example/?a=1\\&b=2) <u>u</u> x<sub>2</sub> y<sup>3</sup>

- one
  - two
    1. three
- four

1. a
2. b

- [ ] to do
- [x] done **now**

> quoted

\`\`\`
const a = '<b>'

  indented
\`\`\`

---

| a | b |
| - | - |
| c | d **e** |

the end
`
    expect(await readBack(markdown)).toBe(markdown)
  })

  it('[CV30] another reader finds headings, lists, bold, links and tables', async () => {
    const html = await readByOthers(await docxOfJson(jsonOfMarkdown('## T\n\n1. a **b**\n   - c\n\n[l](https://x.example)\n\n| h |\n| - |\n| d |')))
    expect(html).toContain('<h2>T</h2><ol><li>a <strong>b</strong><ul><li>c</li></ul></li></ol><p><a href="https://x.example">l</a></p>')
    expect(html).toContain('<thead><tr><th><p>h</p></th></tr></thead><tbody><tr><td><p>d</p></td></tr></tbody>')
  })

  it('[CV31] merged cells and pictures are kept; a picture that cannot be had is its description', async () => {
    const cell = (text: string, attrs = {}): Json => ({ type: 'tableCell', attrs, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] })
    const json: Json = { type: 'doc', content: [
      { type: 'image', attrs: { src: '/files/a', alt: 'A pixel', width: 40 } },
      { type: 'image', attrs: { src: '/files/b', alt: 'Lost' } },
      { type: 'table', content: [{ type: 'tableRow', content: [cell('wide', { colspan: 2 }), cell('tall', { rowspan: 2 })] }, { type: 'tableRow', content: [cell('x'), cell('y')] }] },
    ] }
    const picture = (src: string) => Promise.resolve(src === '/files/a' ? { type: 'png' as const, bytes: PIXEL, width: 1, height: 1 } : undefined)
    const { json: back, pictures } = await jsonOfDocx(await docxOfJson(json, { picture }), nameOf)
    expect([...pictures]).toEqual([[nameOf(0), { type: 'image/png', bytes: PIXEL }]])
    const html = htmlOfJson(back)
    expect(html).toContain(`src="${nameOf(0)}" alt="A pixel"`)
    expect(html).toContain('Lost')
    expect(html).toMatch(/<td colspan="2" rowspan="1"><p>wide<\/p><\/td><td colspan="1" rowspan="2"><p>tall/)
  })

  it('[CV32] every word of any document is in the file', async () => {
    const seed = firstSeed()
    for (let run = 0; run < runCount(15); run++) {
      const json = randomDocument(randomFrom(seed + run))
      const read = await jsonOfDocx(await docxOfJson(json), nameOf)
      const words = (text: string): string[] => text.match(/\p{L}+/gu) ?? []
      const found = new Set(words(textOfJson(read.json)))
      expect(words(textOfJson(json)).filter((word) => !found.has(word)), `seed ${seed + run}`).toEqual([])
    }
  })

  it('[CV33] what is no Word file, is damaged, or unpacks to too much is refused', async () => {
    const whole = await docxOfJson(jsonOfMarkdown('x'))
    const directory = whole.findLastIndex((byte, at) => byte === 0x50 && whole[at + 1] === 0x4b && whole[at + 2] === 1 && whole[at + 3] === 2)
    const bomb = whole.slice()
    new DataView(bomb.buffer).setUint32(directory + 24, 0xfffffff0, true)
    const broken = whole.slice()
    broken.fill(7, 40, 400)
    for (const bytes of [new Uint8Array(), new TextEncoder().encode('no zip at all'), whole.slice(0, -40), bomb, broken]) {
      await expect(jsonOfDocx(bytes, nameOf)).rejects.toThrow(ConvertError)
    }
  })

  it('[CV34] text that runs from right to left does so in Word', async () => {
    const { value } = await mammoth.extractRawText({ buffer: Buffer.from(await docxOfJson(jsonOfMarkdown('שלום abc'))) })
    expect(value.trim()).toBe('שלום abc')
  })
})

describe('plain text', () => {
  it('[CV35] a document is lines; lines are paragraphs', () => {
    const json = jsonOfMarkdown('# T\n\na\\\nb\n\n- x\n- y\n  1. z\n\n- [x] d\n\n> q\n\n| a | b |\n| - | - |\n| c | d |\n\n![pic](https://x.example/p.png)')
    expect(textOfJson(json)).toBe('T\n\na\nb\n\n- x\n- y\n  1. z\n\n[x] d\n\n> q\n\na\tb\nc\td\n\npic\n')
    expect(textOfJson(jsonOfText('one\r\n\r\n  two\nthree\n'))).toBe('one\n\n  two\n\nthree\n')
    expect(jsonOfText(' \n\n')).toEqual({ type: 'doc', content: [{ type: 'paragraph' }] })
    expect(textOfJson(jsonOfHtml(''))).toBe('')
  })
})
