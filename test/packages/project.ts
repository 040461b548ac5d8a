/**
 * A project of somebody who installs Cowrite's packages: an empty folder outside of this repository.
 *
 * Owns: packing the packages, unpacking them into the project's node_modules, and running programs in it.
 * Does not own: what the project's files say (packages.test.ts).
 * Always holds: a package lies there as npm would publish it, with nothing of it from the repository. What it declares
 * that it needs, and nothing else, stands beside it: as links to what is installed here, so that no registry is
 * asked; with COWRITE_LONG=1 `npm install` fetches it all.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

export const PACKAGES = ['protocol', 'persistence', 'client', 'editor', 'server'] as const
type PackageName = (typeof PACKAGES)[number]

/** Needed by a program in TypeScript with React that runs a server itself, whoever wrote the libraries. */
const BESIDE = ['react', 'react-dom', '@types/react', '@types/node', 'typescript']

export interface Run {
  readonly code: number
  readonly output: string
}

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const manifestOf = async (folder: string): Promise<Manifest> => JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest

export function run(program: string, args: readonly string[], cwd: string): Promise<Run> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, output: `${stdout}${stderr}` }))
  })
}

async function checked(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, output } = await run(program, args, cwd)
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${output}`)
  return output
}

/** npm itself, run by this Node: found beside it or by the test command that npm started. */
const npm = (args: readonly string[], cwd: string): Promise<string> => checked('npm', args, cwd)

/** Packs all packages. @returns the folder of the tarballs */
export async function packAll(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cowrite-packs-'))
  await npm(['pack', '--silent', '--pack-destination', folder, ...PACKAGES.flatMap((name) => ['-w', `@cowrite/${name}`])], root)
  return folder
}

const tarballOf = async (packs: string, name: PackageName): Promise<string> => {
  const file = (await readdir(packs)).find((candidate) => candidate.startsWith(`cowrite-${name}-`))
  if (file === undefined) throw new Error(`npm packed no ${name}`)
  return join(packs, file)
}

export class Project {
  constructor(readonly folder: string) {}

  module(name: string): string {
    return join(this.folder, 'node_modules', name)
  }
  write(file: string, text: string): Promise<void> {
    return writeFile(join(this.folder, file), text)
  }
  node(...args: string[]): Promise<Run> {
    return run(process.execPath, args, this.folder)
  }
  typeCheck(configuration: string): Promise<Run> {
    return this.node(join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', configuration)
  }
  /** A second copy of a module, for one package alone, as a package manager nests it. */
  async nest(name: string, below: string): Promise<void> {
    await cp(join(root, 'node_modules', name), join(this.module(below), 'node_modules', name), { recursive: true })
  }
  /** Where copies of a module lie, links followed nowhere. */
  async copiesOf(name: string): Promise<string[]> {
    const found: string[] = []
    const look = async (folder: string): Promise<void> => {
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        const path = join(folder, entry.name)
        if (path.endsWith(join('node_modules', name))) found.push(path)
        else if (entry.isDirectory()) await look(path)
      }
    }
    await look(join(this.folder, 'node_modules'))
    return found
  }
}

/** An empty project with these packages in it; removed after the test. */
export async function newProject(packs: string): Promise<Project> {
  const project = new Project(await mkdtemp(join(tmpdir(), 'cowrite-project-')))
  onTestFinished(() => rm(project.folder, { recursive: true, force: true, maxRetries: 3 }))
  await project.write('package.json', JSON.stringify({ name: 'somebody', private: true, type: 'module' }))
  const tarballs = await Promise.all(PACKAGES.map((name) => tarballOf(packs, name)))
  if (process.env['COWRITE_LONG'] === '1') {
    const beside = await Promise.all(BESIDE.map(async (name) => `${name}@${(await manifestOf(join(root, 'node_modules', name))).version}`))
    await npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs, ...beside], project.folder)
    return project
  }
  for (const [index, name] of PACKAGES.entries()) {
    const folder = project.module(`@cowrite/${name}`)
    await mkdir(folder, { recursive: true })
    await checked('tar', ['-xzf', tarballs[index]!, '-C', folder, '--strip-components', '1'], project.folder)
  }
  const needed = new Set(BESIDE)
  for (const name of PACKAGES) {
    const { dependencies, peerDependencies } = await manifestOf(project.module(`@cowrite/${name}`))
    for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) needed.add(dependency)
  }
  for (const name of needed) {
    if (name.startsWith('@cowrite/')) continue
    await mkdir(dirname(project.module(name)), { recursive: true })
    await symlink(join(root, 'node_modules', name), project.module(name), 'junction')
  }
  return project
}
