/**
 * Rule PG20: how much a browser loads before somebody can write.
 *
 * Owns: counting it on the built page, file by file.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const MOST_SCRIPT_BYTES: Readonly<Record<string, number>> = { 'index.html': 240_000, 'embed.html': 240_000, 'cowrite-editor.js': 240_000, 'home.html': 40_000 }
const MOST_STYLE_BYTES = 12_000

const read = (file: string): string => readFileSync(fileURLToPath(new URL(`../../editor/dist/page/${file}`, import.meta.url)), 'utf8')

/** What a page or script names, and all that is imported statically from there. */
function filesOf(start: string): string[] {
  const named = start.endsWith('.js') ? /(?<=(?:from|import)\s*"\.\/)assets\/[\w.-]+\.js/g : /assets\/[\w.-]+\.(?:js|css)/g
  const files = new Set([...(start.endsWith('.js') ? [start] : []), ...[...read(start).matchAll(named)].map(([path]) => path)])
  for (const file of files) {
    if (!file.endsWith('.js')) continue
    // A Set visits what is added while it is walked.
    for (const [, name] of read(file).matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) files.add(`assets/${name}`)
  }
  return [...files]
}

const sizesOf = (files: readonly string[]): { file: string; bytes: number }[] =>
  files.map((file) => ({ file, bytes: gzipSync(read(file), { level: 9 }).length })).toSorted((a, b) => b.bytes - a.bytes)

const total = (sizes: readonly { bytes: number }[]): number => sizes.reduce((sum, { bytes }) => sum + bytes, 0)

describe('the first load', () => {
  it.each(Object.entries(MOST_SCRIPT_BYTES))('[PG20] of %s is at most %i bytes of scripts', (page, most) => {
    const sizes = sizesOf(filesOf(page))
    const [scripts, styles] = ['.js', '.css'].map((ending) => sizes.filter(({ file }) => file.endsWith(ending))) as [typeof sizes, typeof sizes]
    const list = scripts.slice(0, 8).map(({ file, bytes }) => `${bytes} ${file}`).join('\n')
    expect(scripts.length).toBeGreaterThan(2)
    expect(total(scripts), `gzipped scripts of ${page}, the largest:\n${list}`).toBeLessThanOrEqual(most)
    expect(total(styles), `gzipped styles of ${page}`).toBeLessThanOrEqual(MOST_STYLE_BYTES)
  })

  it('[PG20] holds nothing that only some documents, or some people, need', () => {
    const text = filesOf('index.html').filter((file) => file.endsWith('.js')).map(read).join('\n')
    // Word files, reading HTML, Markdown, highlighting, other languages: words that stand in the code of each.
    for (const word of ['w:tblGrid', 'foreignObject', 'setextHeading', 'built_in', '복원']) expect(text.includes(word), word).toBe(false)
  })
})
