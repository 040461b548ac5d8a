/**
 * The style sheets as text for scripts, and as the one file of the npm package.
 *
 * Owns: `editor/src/styles/sheets.ts` (generated, not under version control) and `editor/dist/style.css`.
 * Does not own: any rule (editor/src/styles/*.css).
 * Always holds: sizes in rem become multiples of `--ce-unit` in what goes into other people's pages: rem
 * follows the page's own root, where `font-size: 62.5%` is common. A file whose content stays is not written.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './steps.mjs'

/** What each constant is made of, in order. */
const SHEETS = {
  CHROME_CSS: ['tokens', 'controls', 'panels', 'ui', 'element'],
  CONTENT_CSS: ['content'],
}
/** What `createCowriteEditor()` needs in a page; the element brings its own. */
const PACKAGE_SHEET = ['tokens', 'content']

const HEAD = `/**
 * The style sheets as text, for constructable style sheets: a page's CSP may forbid all others.
 * Generated from the .css files beside it by scripts/build-styles.mjs; do not edit.
 */
`

/** Writes both, where they are not as they should be. */
export function buildStyles() {
  const constants = Object.entries(SHEETS)
    .map(([name, parts]) => `export const ${name}: string = ${JSON.stringify(ownUnits(smaller(textOf(parts))))}\n`)
  write('editor/src/styles/sheets.ts', HEAD + constants.join(''))
  write('editor/dist/style.css', textOf(PACKAGE_SHEET))
}

const textOf = (parts) => parts.map((name) => readFileSync(join(root, `editor/src/styles/${name}.css`), 'utf8')).join('\n')

const smaller = (css) => css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\s+/g, ' ').replace(/ ?([{};]) ?/g, '$1').trim()

/** Variables cannot stand in the condition of a query: there a rem is what it is by default. */
const ownUnits = (css) => css.split(/(@(?:media|container)[^{]*)/)
  .map((part) => part.startsWith('@media') || part.startsWith('@container')
    ? part.replace(/(\d*\.?\d+)rem\b/g, (_, number) => `${Number(number) * 16}px`)
    : part.replace(/(-?\d*\.?\d+)rem\b/g, 'calc($1 * var(--ce-unit))'))
  .join('')

function write(path, text) {
  const file = join(root, path)
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
