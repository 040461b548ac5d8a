/**
 * The shape of every source file: small, named for what it is, opened by a comment that says so.
 */
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PACKAGES, productFiles, sourceFiles, withoutComments } from './sources.js'

/** Longest file, in lines. */
const LONGEST = 250

/** Files that may be longer, each with the reason why splitting them would be worse. */
const LONGER_FOR_A_REASON: Readonly<Record<string, string>> = {}

/** Words that the design does not use for its parts, since they name nothing. */
const EMPTY_WORDS = /session|hub|handler|manager|helper|utils?\b/i

/** What no file at all is called; tests may speak of a recorded session. */
const EMPTY_FILE_NAMES = /helper|manager|\butils?\b|\bcommon\b|\bmisc\b/i

/** Vitest's line on the environment has to come first in a file. */
const ENVIRONMENT_LINE = /^\/\/ @vitest-environment [^\n]*\n/

const all = sourceFiles(...PACKAGES, 'test', 'scripts', 'bench', 'examples')
const code = all.filter(({ path }) => !path.endsWith('.css'))

describe('files', () => {
  it('[AR4] are at most 250 lines long, unless a reason is listed', () => {
    const long = all.map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > LONGEST)
    expect(all.length).toBeGreaterThan(20)
    expect(long.filter(({ path }) => LONGER_FOR_A_REASON[path] === undefined)).toEqual([])
    // A reason outlives its file's length only by mistake.
    expect(Object.keys(LONGER_FOR_A_REASON).filter((path) => !long.some((file) => file.path === path))).toEqual([])
  })

  it('[AR5] open with a comment that says what they own', () => {
    const silent = all.filter(({ text }) => !/^(#![^\n]*\n)?\s*(\/\*|\/\/|<!--)/.test(text.replace(ENVIRONMENT_LINE, '')))
    expect(silent.map(({ path }) => path)).toEqual([])
  })

  it('[AR6] are not named for nothing, nor is what they export', () => {
    const product = productFiles(...PACKAGES)
    expect(product.map(({ path }) => path).filter((path) => EMPTY_WORDS.test(basename(path)))).toEqual([])
    expect(all.map(({ path }) => path).filter((path) => EMPTY_FILE_NAMES.test(basename(path)))).toEqual([])
    const names = product.flatMap(({ path, text }) =>
      [...text.matchAll(/^export (?:declare |abstract |async )*(?:class|function|const|interface|type) (\w+)/gm)]
        .filter(([, name]) => EMPTY_WORDS.test(name ?? ''))
        .map(([, name]) => `${path}: ${name}`))
    expect(names).toEqual([])
  })

  it('[AR7] have no default export, no enum and no task left for later', () => {
    const found = code
      .filter(({ path }) => !path.endsWith('.config.ts') && path !== 'test/architecture/shape.test.ts')
      .filter(({ text }) => /^export default\b|^(export )?(const )?enum \w+/m.test(withoutComments(text)) ||
        /\b(TODO|FIXME|XXX)\b/.test(text))
    expect(found.map(({ path }) => path)).toEqual([])
  })
})
