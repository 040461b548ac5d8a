/**
 * What the types of a package's entries lead to: only what whoever installs it has, too.
 */
import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf, packageOf, PACKAGES, type PackageName, read, readManifest, root } from './sources.js'

interface Exports {
  readonly exports: Readonly<Record<string, string | { readonly types?: string }>>
}

/** Packages whose types are met on the way from the entries, each with the declaration that first names it. */
function typesMet(name: PackageName): Map<string, string> {
  const { exports } = readManifest(`${name}/package.json`) as unknown as Exports
  const waiting = Object.values(exports).flatMap((entry) => (typeof entry === 'object' && entry.types ? [posix.join(name, entry.types)] : []))
  const seen = new Set(waiting)
  const met = new Map<string, string>()
  for (const path of waiting) {
    for (const specifier of importsOf({ path, text: read(path) })) {
      const found = packageOf(specifier)
      if (found !== undefined && !met.has(found)) met.set(found, path)
      const next = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.d.ts')
      if (specifier.startsWith('.') && !seen.has(next) && existsSync(posix.join(root, next))) waiting.push((seen.add(next), next))
    }
  }
  return met
}

describe('types', () => {
  it.each(PACKAGES)('[PK2] of %s lead to nothing that brings its types only to this repository', (name) => {
    const { devDependencies = {}, dependencies = {}, peerDependencies = {} } = readManifest(`${name}/package.json`)
    const had = new Set(Object.keys({ ...dependencies, ...peerDependencies }))
    const onlyHere = [...typesMet(name)].filter(([found]) => {
      const types = `@types/${found.replace(/^@/, '').replace('/', '__')}`
      // React's types come with React programs; Node's with programs for Node.
      return found !== 'react' && (types in devDependencies || (!had.has(found) && !had.has(types)))
    })
    expect(onlyHere.map(([found, path]) => `${path} -> ${found}`)).toEqual([])
  })
})
