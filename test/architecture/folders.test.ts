/**
 * Who may import what: the design's folder table, proved by reading every import of every source file.
 */
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf, packageOf, PACKAGES, type PackageName, productFiles, readManifest, type SourceFile, sourceFiles, withoutComments } from './sources.js'

/** What each package may import beside its own files; a trailing `*` stands for every module below. */
const MAY_IMPORT: Record<PackageName, readonly string[]> = {
  protocol: ['lib0/*'],
  persistence: ['node:*', '@cowrite/protocol', 'yjs', 'lib0/*', 'classic-level', 'node-sqlite3-wasm'],
  client: ['@cowrite/protocol', 'yjs', 'y-protocols/*', 'y-websocket', 'lib0/*', 'idb'],
  editor: [
    '@cowrite/protocol', '@cowrite/client', '@tiptap/*', 'yjs', 'y-protocols/*',
    'react', 'lucide', '@floating-ui/dom', 'lowlight', 'highlight.js/*', 'prosemirror-search',
    // convert/: HTML and Markdown without a DOM
    'parse5', 'mdast', 'mdast-util-from-markdown', 'mdast-util-to-markdown', 'mdast-util-gfm', 'micromark-extension-gfm',
    // docx/: Word files, loaded when somebody wants one
    'docx', 'mammoth',
  ],
  server: [
    'node:*', '@cowrite/protocol', '@cowrite/persistence', 'yjs', 'ws', 'express', 'helmet', 'jose', 'pino', 'proxy-addr', 'ipaddr.js',
    '@cowrite/editor/schema', '@cowrite/editor/convert', '@cowrite/editor/diff',
  ],
}

const isAllowed = (specifier: string, allowed: readonly string[]): boolean =>
  allowed.some((entry) => (entry.endsWith('*') ? specifier.startsWith(entry.slice(0, -1)) : specifier === entry))

/** Imports of this file that its package may not have, as `path -> specifier`. */
function forbiddenImports(file: SourceFile, name: PackageName): string[] {
  return importsOf(file)
    .filter((specifier) => {
      if (!specifier.startsWith('.')) return !isAllowed(specifier, MAY_IMPORT[name])
      return !posix.join(posix.dirname(file.path), specifier).startsWith(`${name}/src/`)
    })
    .map((specifier) => `${file.path} -> ${specifier}`)
}

const importersOf = (specifier: string): string[] =>
  productFiles(...PACKAGES).filter((file) => importsOf(file).includes(specifier)).map(({ path }) => path)

const usersOf = (expression: RegExp): string[] =>
  productFiles(...PACKAGES).filter(({ text }) => expression.test(withoutComments(text))).map(({ path }) => path)

describe('folders', () => {
  it.each(PACKAGES)('[AR1] %s imports only what the table allows', (name) => {
    const files = productFiles(name)
    expect(files.length).toBeGreaterThan(0)
    expect(files.flatMap((file) => forbiddenImports(file, name))).toEqual([])
  })

  it('[AR1] an import that leaves its package or its list would be found', () => {
    const file = (text: string): SourceFile => ({ path: 'protocol/src/x.ts', text })
    const found = (text: string): string[] => forbiddenImports(file(text), 'protocol')
    expect(found("import { x } from 'yjs'")).toHaveLength(1)
    expect(found("import type {\n  X,\n} from '../../server/src/x.js'")).toHaveLength(1)
    expect(found("export * from 'node:fs'")).toHaveLength(1)
    expect(found("const x = await import('ws')")).toHaveLength(1)
    expect(found('const x = await import(name)')).toHaveLength(1)
    expect(found("import 'yjs'")).toHaveLength(1)
    expect(found("// import 'yjs'\nimport * as encoding from 'lib0/encoding'\nimport { y } from './y.js'")).toEqual([])
  })

  it('[AR1] the examples import what an application can install, and their own files', () => {
    const files = sourceFiles('examples')
    const published = Object.keys(readManifest('examples/package.json').devDependencies ?? {})
    const foreign = files.flatMap((file) => importsOf(file).filter((specifier) => specifier.startsWith('.')
      ? !posix.join(posix.dirname(file.path), specifier).startsWith('examples/')
      : !published.includes(packageOf(specifier) ?? '') && specifier !== 'node:url').map((specifier) => `${file.path} -> ${specifier}`))
    expect(files.length).toBeGreaterThan(3)
    expect(foreign).toEqual([])
  })

  it.each([
    ['convert', () => import('@cowrite/editor/convert')],
    ['diff', () => import('@cowrite/editor/diff')],
  ] as const)('[AR2] editor/%s imports only what needs no DOM, and runs without one', async (folder, load) => {
    const files = productFiles('editor').filter(({ path }) => path.startsWith(`editor/src/${folder}/`))
    expect(files.length).toBeGreaterThan(0)
    const outside = files.flatMap((file) => importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => posix.join(posix.dirname(file.path), specifier))
      .filter((target) => !/^editor\/src\/(schema|convert|diff)\//.test(target)))
    expect(outside).toEqual([])
    expect('document' in globalThis).toBe(false)
    expect(Object.keys(await load()).length).toBeGreaterThan(0)
  })

  it('[AR2] editor/schema imports nothing of the rest of the editor and runs without a DOM', async () => {
    const schema = productFiles('editor').filter(({ path }) => path.startsWith('editor/src/schema/'))
    expect(schema.length).toBeGreaterThan(0)
    const outside = schema.flatMap((file) => importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => posix.join(posix.dirname(file.path), specifier))
      .filter((target) => !target.startsWith('editor/src/schema/')))
    expect(outside).toEqual([])
    expect('document' in globalThis).toBe(false)
    const module: Record<string, unknown> = await import('@cowrite/editor/schema')
    expect(module).toHaveProperty('schemaExtensions')
  })

  it.each([
    ['react', 'editor/src/react/'],
    ['classic-level', 'persistence/src/'],
    ['ws', 'server/src/'],
  ])('[AR3] %s has one importer', (specifier, folder) => {
    const importers = importersOf(specifier)
    expect(importers).toHaveLength(1)
    expect(importers[0]).toContain(folder)
  })

  it('[AR3] the environment and the exit of the process belong to server/src/main.ts alone', () => {
    expect(usersOf(/\bprocess\s*\.\s*env\b|\bprocess\s*\[|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/)).toEqual(['server/src/main.ts'])
    expect(usersOf(/\bprocess\s*\.\s*(exit|exitCode|abort|kill)\b/)).toEqual(['server/src/main.ts'])
    expect(importersOf('node:process').concat(importersOf('process'))).toEqual([])
  })
})
