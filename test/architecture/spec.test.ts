/**
 * SPEC.md and the tests agree: every rule is tested, and every quoted rule is there.
 */
import { describe, expect, it } from 'vitest'
import { read, sourceFiles } from './sources.js'

const ID = String.raw`[A-Z]{2,3}\d+`

/** Rules are list items that open with their id: `- **ST3** text`. */
function rulesOf(specification: string): string[] {
  return [...specification.matchAll(new RegExp(String.raw`^\s*- \*\*(${ID})\*\*\s+\S`, 'gm'))].map((match) => match[1] ?? '')
}

/** Ids in brackets at the start of a string: `'[ST3] ...'`, `'[ST3] [ST4] ...'` or `'[ST3, ST4] ...'`. */
function quotedIn(text: string): string[] {
  const start = new RegExp(String.raw`['"\x60]((?:\[${ID}(?:,\s*${ID})*\]\s*)+)`, 'g')
  return [...text.matchAll(start)].flatMap((match) => [...(match[1] ?? '').matchAll(new RegExp(ID, 'g'))].map(String))
}

/** Files whose strings are test titles: the tests, and the suites that packages export for others to run. */
const titled = sourceFiles('test', 'persistence/src/contract')

describe('SPEC.md', () => {
  const rules = rulesOf(read('SPEC.md'))
  const quoted = new Set(titled.flatMap(({ text }) => quotedIn(text)))

  it('[AR13] gives every rule an id of its own', () => {
    expect(rules.length).toBeGreaterThan(50)
    expect(rules.filter((id, index) => rules.indexOf(id) !== index)).toEqual([])
  })

  it('[AR13] every rule is quoted by a test', () => {
    expect(rules.filter((id) => !quoted.has(id))).toEqual([])
  })

  it('[AR13] every quoted rule exists', () => {
    // The lines of docs/security.md are compared by threats.test.ts.
    expect([...quoted].filter((id) => !rules.includes(id) && !/^TM\d/.test(id))).toEqual([])
  })

  it('[AR13] reads rules and titles as they are written', () => {
    expect(rulesOf('- **ST3** text\n  - **AU12** more\n- ST4 text\n**ST5** x\n- **ST6**\n')).toEqual(['ST3', 'AU12'])
    // With round brackets, since this file, too, is read for titles.
    const titles = "it('(ST3) (ST4) x'); it(`(AU1, RUN2) y`); f('(x)', '(ST)', 'a (ST9)')"
    expect(quotedIn(titles.replaceAll('(', '[').replaceAll(')', ']'))).toEqual(['ST3', 'ST4', 'AU1', 'RUN2'])
  })
})
