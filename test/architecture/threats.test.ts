/**
 * docs/security.md, the tests and the sources agree: every line is proven, names files that are there, and every dependency has a reason.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PACKAGES, read, readManifest, root, sourceFiles } from './sources.js'

interface Line {
  readonly id: string
  readonly files: readonly string[]
  /** Rules of SPEC.md that prove it; none where a test quotes its own id. */
  readonly rules: readonly string[]
}

const page = read('docs/security.md')
const lines: readonly Line[] = [...page.matchAll(/^- \*\*(TM\d+)\*\* (.*)$/gm)].map(([, id = '', text = '']) => {
  const [says = '', proven = ''] = text.split(' Proven by ')
  return { id, files: [...says.matchAll(/`([^` ]+)`/g)].map(([, file = '']) => file).filter((file) => /\/|\.json$|^Dockerfile$/.test(file)), rules: proven.match(/[A-Z]{2,3}\d+/g) ?? [] }
})
const titles = sourceFiles('test/security').flatMap(({ text }) => text.match(/\[TM\d+\]/g) ?? []).map((quoted) => quoted.slice(1, -1))

describe('docs/security.md', () => {
  it('[AR14] gives every line an id of its own, and files that are there', () => {
    expect(lines.length).toBeGreaterThan(30)
    expect(page.match(/\*\*TM\d+\*\*/g)).toHaveLength(lines.length + 1) // and the one that explains them
    expect(lines.filter(({ id }, index) => lines.findIndex((other) => other.id === id) !== index)).toEqual([])
    expect(lines.filter(({ files }) => files.length === 0 || files.some((file) => !existsSync(join(root, file))))).toEqual([])
  })

  it('[AR14] every line is proven: by a test of its own, or by rules of SPEC.md', () => {
    const rules = new Set([...read('SPEC.md').matchAll(/^\s*- \*\*([A-Z]{2,3}\d+)\*\*/gm)].map(([, id]) => id))
    expect(lines.filter(({ id, rules: named }) => named.length === 0 && !titles.includes(id)).map(({ id }) => id)).toEqual([])
    expect(lines.flatMap(({ id, rules: named }) => named.filter((rule) => !rules.has(rule)).map((rule) => `${id}: ${rule}`))).toEqual([])
  })

  it('[AR14] every test that quotes a line quotes one that is there', () => {
    expect(titles.length).toBeGreaterThan(5)
    expect(titles.filter((id) => !lines.some((line) => line.id === id))).toEqual([])
  })

  it('[AR14] has a reason for every dependency that is shipped, and for no other', () => {
    const named = [...page.matchAll(/^\| ((?:`[^`|]+`(?:, )?)+) \| [A-Z].* \|$/gm)].flatMap(([, names = '']) => names.split(', ').map((name) => name.replaceAll('`', '')))
    const shipped = new Set(PACKAGES.flatMap((name) => Object.keys({ ...readManifest(`${name}/package.json`).dependencies, ...readManifest(`${name}/package.json`).peerDependencies })))
    expect(named.toSorted()).toEqual([...shipped].filter((name) => !name.startsWith('@cowrite/')).toSorted())
  })
})
