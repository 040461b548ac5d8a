/**
 * What hostile values become: in addresses, in rendered HTML, in pasted HTML.
 *
 * @vitest-environment happy-dom
 */
import { ATTR_RULES, linkFromInput, safeImage, safeLink, schemaExtensions } from '@cowrite/editor/schema'
import { getSchema } from '@tiptap/core'
import { DOMParser as DocumentParser, DOMSerializer, type DOMOutputSpec } from '@tiptap/pm/model'
import { describe, expect, it } from 'vitest'

const schema = getSchema(schemaExtensions())

const HOSTILE_URLS = [
  'javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'java\tscript:alert(1)', 'java\nscript:alert(1)',
  '\u0001javascript:alert(1)', 'vbscript:x', 'data:text/html,<script>alert(1)</script>', 'data:image/svg+xml,<svg/>',
  'file:///etc/passwd', 'blob:https://x/1', 'view-source:x', 'filesystem:x', 'about:blank',
]

/** Strings that would end an attribute, a declaration or a class list, or fetch something. */
const HOSTILE_TEXT = [
  'left;background:url(//evil)', 'red;position:fixed', 'url(//evil)', '"><script>alert(1)</script>', "x' onload='alert(1)",
  'a b ce-dialog', '1px;background:url(//evil)', 'expression(alert(1))', 'var(--x)', '-1', '1e9', 'NaN', '\u0000',
]

describe('addresses', () => {
  it.each(HOSTILE_URLS)('[SC7] %j is no link target and no image', (url) => {
    expect(safeLink(url)).toBe('')
    expect(safeImage(url)).toBe('')
  })

  it('[SC7] what people link to stays as it is', () => {
    for (const url of [
      'https://example.org/a?b=c#d', 'http://localhost:1234/', 'mailto:a@b.example', 'tel:+4912345', '/d/other', '#part', '//host/x',
      'HTTPS://EXAMPLE.ORG',
    ]) expect(safeLink(url)).toBe(url)
    expect(safeImage('/files/abc.png')).toBe('/files/abc.png')
    expect(safeImage('mailto:a@b.example')).toBe('')
    expect(safeLink(undefined)).toBe('')
    expect(safeLink(`https://${'x'.repeat(9000)}`)).toBe('')
  })

  it('[SC8] a typed host or mail address becomes a whole address', () => {
    expect(linkFromInput('example.org')).toBe('https://example.org')
    expect(linkFromInput(' example.org/a ')).toBe('https://example.org/a')
    expect(linkFromInput('localhost:1234/d/x')).toBe('https://localhost:1234/d/x')
    expect(linkFromInput('name@example.org')).toBe('mailto:name@example.org')
    expect(linkFromInput('http://example.org')).toBe('http://example.org')
    expect(linkFromInput('#part')).toBe('#part')
    for (const url of ['', '  ', 'two words', ...HOSTILE_URLS]) expect(linkFromInput(url)).toBe('')
  })
})

/** All attributes in a rendering, as `name=value`. */
function attributesIn(spec: DOMOutputSpec): string[] {
  const element = DOMSerializer.renderSpec(document, spec).dom as HTMLElement
  return [element, ...element.querySelectorAll('*')].flatMap((one) => [...one.attributes].map(({ name, value }) => `${name}=${value}`))
}

function renderings(typeName: string, attrs: Record<string, unknown>): string[] {
  const node = schema.nodes[typeName]
  if (node) return attributesIn(node.spec.toDOM!(node.create(attrs)))
  const mark = schema.marks[typeName]!
  return attributesIn(mark.spec.toDOM!(mark.create(attrs), true))
}

describe('values that peers wrote', () => {
  const places = Object.entries(ATTR_RULES).flatMap(([type, rules]) => Object.keys(rules).map((name) => [type, name] as const))

  const allowedNames =
    /^(data-[\w-]+|style|class|href|src|target|rel|title|alt|dir|start|type|width|height|colspan|rowspan|colwidth|align|checked)=/

  function isHarmless(attribute: string): boolean {
    const value = attribute.slice(attribute.indexOf('=') + 1)
    switch (allowedNames.exec(attribute)?.[1]) {
      case undefined:
        return false
      case 'style':
        return /^([a-z-]+: [\w\s#.,'"%()-]+; ?)*$/.test(value) && !/url|position|expression|var\(/.test(value)
      case 'class':
        return /^(ce-comment|language-[\w+#.-]+)$/.test(value)
      case 'href':
      case 'src':
        return safeLink(value) !== ''
      case 'colspan': case 'rowspan': case 'colwidth': case 'width': case 'height': case 'start':
        return /^[\d,]+$/.test(value)
      default:
        return true
    }
  }

  it.each(places)('[SC9] %s.%s takes no hostile value into style, class, address or a new attribute', (type, name) => {
    const shown = [...HOSTILE_TEXT, ...HOSTILE_URLS].flatMap((value) =>
      [value, [value], { toString: () => value }].flatMap((odd) => renderings(type, { [name]: odd })))
    expect(shown.filter((attribute) => !isHarmless(attribute))).toEqual([])
  })

  it('[SC9] the check above would see a hostile value', () => {
    for (const bad of ['style=color: red; position: fixed;', 'class=a b', 'href=javascript:x', 'onload=x', 'colspan=x']) {
      expect(isHarmless(bad), bad).toBe(false)
    }
  })

  it('[SC9] huge numbers do not reach spans, widths or levels', () => {
    expect(renderings('tableCell', { colspan: 1e9, rowspan: -1, colwidth: [1e9] })).toEqual([])
    expect(renderings('image', { width: 1e9, height: Number.NaN })).toEqual([])
    expect(renderings('orderedList', { start: 1e300 }).join(' ')).not.toContain('1e')
    expect(renderings('heading', { level: 99 })).toEqual([])
  })

  it('[SC9] a link always opens elsewhere without a way back, whatever its peer wrote', () => {
    const shown = renderings('link', { href: 'https://example.org/', target: '_self', rel: null, class: 'ce-button' })
    expect(shown).toEqual(['target=_blank', 'rel=noopener noreferrer nofollow', 'href=https://example.org/'].sort((a, b) => shown.indexOf(a) - shown.indexOf(b)))
  })

  it('[SC9] good values render', () => {
    expect(renderings('paragraph', { textAlign: 'center', dir: 'rtl' }).sort()).toEqual(['dir=rtl', 'style=text-align: center;'])
    expect(renderings('highlight', { color: '#ffcc00' }).join(' ')).toContain('#ffcc00')
    expect(renderings('codeBlock', { language: 'c++' })).toEqual(['class=language-c++'])
    expect(renderings('tableCell', { colspan: 2, colwidth: [100, 50] }).sort()).toEqual(['colspan=2', 'colwidth=100,50', 'rowspan=1'])
    expect(renderings('mention', { id: 'u1', label: 'Ada' })).toContain('data-label=Ada')
  })

  it('[SC10] what is stored stays as it was: only its rendering is checked', () => {
    expect(schema.nodes['paragraph']!.create({ textAlign: 'left;x' }).attrs['textAlign']).toBe('left;x')
  })
})

describe('pasted HTML', () => {
  const paste = (html: string): unknown => {
    const holder = document.createElement('div')
    holder.innerHTML = html
    return DocumentParser.fromSchema(schema).parse(holder).toJSON()
  }

  it('[SC11] loses hostile values and keeps its structure', () => {
    const text = JSON.stringify(paste(
      '<h2 style="text-align:center">T</h2><p><a href="javascript:alert(1)">bad</a> <a href="https://ok.example/">good</a></p>' +
      '<img src="data:text/html,x"><img src="https://ok.example/i.png" width="99999999">' +
      '<ul data-type="taskList"><li data-type="taskItem" data-checked="true"><p>task</p></li></ul>' +
      '<table><tr><td colspan="999999999">cell</td></tr></table><pre><code class="language-ts">x</code></pre>',
    ))
    expect(text).not.toMatch(/javascript|data:text|99999/)
    expect(text).toContain('https://ok.example/"')
    expect(text).toContain('"textAlign":"center"')
    expect(text).toContain('"checked":true')
    expect(text).toContain('"language":"ts"')
    expect(text).toContain('"colspan":1')
  })

  it('[SC11] comes back from its own rendering unchanged', () => {
    const doc = schema.nodeFromJSON({
      type: 'doc',
      content: [
        { type: 'heading', attrs: { level: 5, dir: 'rtl', textAlign: 'right' }, content: [{ type: 'text', text: 'H' }] },
        {
          type: 'paragraph',
          content: [
            { type: 'text', text: 'a', marks: [{ type: 'comment', attrs: { threadId: 't1' } }] },
            { type: 'text', text: 'b', marks: [{ type: 'insertion', attrs: { id: 'i1' } }] },
            { type: 'text', text: 'c', marks: [{ type: 'deletion', attrs: { id: 7 } }] },
            {
              type: 'text',
              text: 'd',
              marks: [{ type: 'modification', attrs: { id: 'm', type: 'mark', attrName: 'bold', previousValue: null, newValue: true } }],
            },
            { type: 'math', attrs: { latex: 'a^2' } },
            { type: 'mention', attrs: { id: 'u1', label: 'Ada', mentionSuggestionChar: '@' } },
          ],
        },
        { type: 'mathBlock', attrs: { latex: '\\sum_i' } },
        { type: 'image', attrs: { src: 'https://ok.example/i.png', alt: 'i', title: null, width: 10, height: 20, align: 'center' } },
      ],
    })
    doc.check()
    const holder = document.createElement('div')
    holder.append(DOMSerializer.fromSchema(schema).serializeFragment(doc.content, { document }))
    expect(paste(holder.innerHTML)).toEqual(doc.toJSON())
  })
})
