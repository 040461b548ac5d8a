/**
 * The source files of the repository as the architecture tests see them: paths, text, imports.
 *
 * Owns: listing files and reading imports out of them.
 * Does not own: any rule about them.
 * Always holds: paths are relative to the repository's root and use `/`; built and installed files are left out.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** The packages that are shipped. */
export const PACKAGES = ['protocol', 'persistence', 'client', 'editor', 'server'] as const
export type PackageName = (typeof PACKAGES)[number]

export interface SourceFile {
  readonly path: string
  readonly text: string
}

const LEFT_OUT = new Set(['node_modules', 'dist', '.cache', '.git'])

/** Every TypeScript and JavaScript file below these folders; a folder that is not there has none. */
export function sourceFiles(...folders: string[]): SourceFile[] {
  return folders.flatMap(filesBelow)
    .filter((path) => /\.(ts|mts|mjs|js|jsx|vue|css)$/.test(path))
    .map((path) => ({ path, text: read(path) }))
}

/** The files of `src` of these packages: what runs at a user's. */
export const productFiles = (...packages: PackageName[]): SourceFile[] =>
  sourceFiles(...packages.map((name) => `${name}/src`))

/** Reads a file of the repository as text. */
export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Reads a package.json (or another JSON file) of the repository. */
export const readManifest = (path: string): Manifest => JSON.parse(read(path)) as Manifest

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

function filesBelow(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return []
    const path = posix.join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

/** The text without its comments. Strings are kept whole, also those that hold `//` or a comment's opening. */
export function withoutComments(text: string): string {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g
  return text.replace(token, (match) => (match.startsWith('/*') || match.startsWith('//') ? ' ' : match))
}

/**
 * What a file imports: static imports and exports, dynamic imports, type imports, `require`.
 * A dynamic import whose target is not a literal is given as `<computed>`: no rule can judge it.
 */
export function importsOf({ text }: SourceFile): string[] {
  const code = withoutComments(text)
  const literal = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*(['"])([^'"\n]+)\1/g
  const computed = /\bimport\s*\(\s*[^'"\s]/g
  return [
    ...[...code.matchAll(literal)].map((match) => match[2] ?? ''),
    ...[...code.matchAll(computed)].map(() => '<computed>'),
  ]
}

/** The package that an import names (`@scope/name` or `name`), or undefined for relative ones and Node's own. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier === '<computed>') return undefined
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
