/**
 * What Cowrite depends on: every dependency used, free to ship under MIT, and nothing that runs at install time.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf, type Manifest, packageOf, PACKAGES, type PackageName, productFiles, readManifest, root, sourceFiles } from './sources.js'

interface LockEntry {
  readonly version?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const lock = (readManifest('package-lock.json') as Manifest & { packages: Record<string, LockEntry> }).packages
const installed = Object.entries(lock).filter(([path, entry]) => path.includes('node_modules/') && !entry.link)

const SHIPPABLE = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0', 'Zlib'])

/** Licences that a manifest names wrongly; as the package's own file LICENSE has them. */
const BY_FILE: Readonly<Record<string, string>> = { 'node_modules/duck': 'BSD-2-Clause' }

/** Its licence binds changes to the tool's own files: fine to work with, not shipped. */
const DEVELOPMENT_ONLY = new Set([...SHIPPABLE, 'MPL-2.0', 'CC0-1.0', 'CC-BY-4.0', 'Python-2.0'])

/** An expression such as `(MIT OR CC0-1.0)` is free when one side of an OR, or all of an AND, is. */
const isFree = (expression: string, allowed: ReadonlySet<string>): boolean =>
  expression.replace(/[()]/g, '').split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => allowed.has(licence.trim())))

/** Packages that another dependency of ours wants beside it, without our importing them. */
const peersOf = (names: readonly string[]): Set<string> => new Set(
  names.filter((name) => existsSync(join(root, 'node_modules', name)))
    .flatMap((name) => Object.keys(readManifest(`node_modules/${name}/package.json`).peerDependencies ?? {})),
)

describe('dependencies', () => {
  it.each(PACKAGES)('[AR8] %s declares exactly what it imports', (name) => {
    const manifest = readManifest(`${name}/package.json`)
    // What the page that loads us has one copy of, or may lack altogether, is a peer: yjs, react.
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    const imported = new Set(importedBy(name))
    const peers = peersOf(declared.filter((dependency) => imported.has(dependency)))
    // Types alone come from `@types/name`.
    const isUsed = (dependency: string): boolean => imported.has(dependency) || imported.has(dependency.replace(/^@types\//, ''))
    const isDeclared = (dependency: string): boolean => declared.includes(dependency) || declared.includes(`@types/${dependency}`)
    expect(declared.filter((dependency) => !isUsed(dependency) && !peers.has(dependency))).toEqual([])
    expect([...imported].filter((dependency) => !isDeclared(dependency))).toEqual([])
  })

  it('[AR8] every development dependency is used by a test, a script or a build', () => {
    const texts = sourceFiles(...PACKAGES, 'test', 'scripts', 'bench', 'examples').map(({ text }) => text).join('\n')
    const unused = ['.', ...PACKAGES, 'test', 'bench', 'examples'].flatMap((folder) => {
      const manifest = readManifest(`${folder}/package.json`)
      const names = Object.keys(manifest.devDependencies ?? {})
      return names.filter((name) => !texts.includes(name.replace(/^@types\//, ''))).map((name) => `${folder}: ${name}`)
    })
    expect(unused).toEqual([])
  })

  it('[AR9] every licence allows what we do with the package', () => {
    const refused = installed
      // Binaries for other platforms stand in the lockfile and are not installed here.
      .filter(([path, entry]) => !(entry.optional && !existsSync(join(root, path))))
      .map(([path, entry]) => ({ path, entry, licence: BY_FILE[path] ?? readManifest(`${path}/package.json`).license ?? 'none' }))
      .filter(({ entry, licence }) => !isFree(licence, entry.dev ? DEVELOPMENT_ONLY : SHIPPABLE))
    expect(installed.length).toBeGreaterThan(100)
    expect(refused.map(({ path, licence }) => `${path}: ${licence}`)).toEqual([])
  })

  it('[AR10] no production dependency needs an install script', () => {
    const scripted = installed.filter(([, entry]) => entry.hasInstallScript && !entry.dev).map(([path]) => path)
    // classic-level's script only looks whether one of the binaries inside the package fits, as Node does at import.
    expect(scripted).toEqual(['node_modules/classic-level'])
    const binaries = ['linux-x64', 'linux-arm64', 'darwin-x64+arm64', 'win32-x64']
    const missing = binaries.filter((name) => !existsSync(join(root, 'node_modules/classic-level/prebuilds', name)))
    expect(missing).toEqual([])
  })

  it('[AR11] the lockfile names the binaries of every platform, and no registry', () => {
    const missing = Object.values(lock)
      .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
      .filter((name) => lock[`node_modules/${name}`] === undefined)
    expect(missing).toEqual([])
    const addresses = Object.values(lock as Record<string, { resolved?: string }>)
      .filter(({ resolved }) => resolved !== undefined && /^https?:/.test(resolved))
    expect(addresses).toEqual([])
  })
})

function importedBy(name: PackageName): string[] {
  const files = [...productFiles(name)]
  return files.flatMap(importsOf).map(packageOf).filter((found) => found !== undefined)
}
