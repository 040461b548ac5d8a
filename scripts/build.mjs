/**
 * Building what is stale: the libraries with `tsc -b`, the page with vite.
 *
 * Owns: the build steps, their inputs and outputs, and the stamps that tell whether a step is stale.
 * Does not own: how each tool is set up (tsconfig.json, editor/vite.config.ts).
 * Always holds: a step whose sources (path, size, time of change) are those of its last successful run,
 * and whose outputs are there, is not run again; two processes never build the same checkout at once.
 * `npm start`, `npm test` and the Dockerfile all come through here.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { withBuildLock } from './build-lock.mjs'
import { buildStyles } from './build-styles.mjs'
import { ensureInstalled, installFingerprint } from './install.mjs'
import { announce, executePackage, root, StepFailure } from './steps.mjs'

const packages = ['protocol', 'persistence', 'client', 'editor', 'server']

const steps = [
  {
    name: 'libraries',
    announcement: 'Building the libraries (tsc)',
    sources: () => ['tsconfig.base.json', ...packages.flatMap((name) => [`${name}/src`, ...settingsOf(name)])],
    outputs: () => packages.flatMap(entryFiles),
    // tsc trusts its .tsbuildinfo: it does not notice that the output folder was deleted.
    run: (complete) => executePackage('typescript', ['-b', ...(complete ? [] : ['--force']), ...packages]),
  },
  {
    name: 'page',
    announcement: 'Building the page (vite)',
    sources: () => [
      ...['protocol', 'client', 'editor'].flatMap((name) => [`${name}/src`, ...settingsOf(name)]),
      'editor/public',
    ],
    outputs: () => ['index.html', 'home.html', 'embed.html', 'cowrite-editor.js', 'cowrite-embed.js'].map((file) => `editor/dist/page/${file}`),
    run: () => executePackage('vite', ['build', '--logLevel', 'warn'], { cwd: join(root, 'editor') }),
  },
]

/** Installs what is missing and builds what is stale. @throws StepFailure with what to tell the user */
export async function prepare() {
  await withBuildLock(async () => {
    await ensureInstalled()
    buildStyles() // a few milliseconds, and a source of what follows
    for (const step of steps) await ensureBuilt(step)
  })
}

async function ensureBuilt(step) {
  const stampFile = join(root, '.cache', `built-${step.name}`)
  const fingerprint = fingerprintOf(step.sources())
  const complete = step.outputs().every((path) => existsSync(join(root, path)))
  if (complete && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === fingerprint) return
  await announce(step.announcement, async () => {
    const { code, output } = await step.run(complete)
    if (code !== 0) {
      throw new StepFailure(`The build of the ${step.name} failed; the compiler's output follows.\n${output.trimEnd()}`)
    }
  })
  mkdirSync(join(root, '.cache'), { recursive: true })
  // The fingerprint of before the run: a file saved while the compiler ran makes the step stale again.
  writeFileSync(stampFile, fingerprint)
}

function fingerprintOf(paths) {
  const hash = createHash('sha256').update(installFingerprint())
  for (const path of paths) {
    for (const file of filesBelow(path)) {
      const { size, mtimeMs } = statSync(join(root, file))
      hash.update(`${file}\0${size}\0${mtimeMs}\n`)
    }
  }
  return hash.digest('hex')
}

/** The files beside `src` that decide how a package is built. */
function settingsOf(name) {
  return readdirSync(join(root, name)).filter((file) => /^(package|tsconfig.*)\.json$|\.config\.ts$/.test(file))
    .map((file) => `${name}/${file}`).toSorted()
}

/** What a package promises to others: the targets of its `exports` and its commands. */
function entryFiles(name) {
  const { exports, bin } = JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8'))
  const targets = [...Object.values(exports).map((entry) => entry.default ?? entry), ...Object.values(bin ?? {})]
  return targets.filter((target) => target.endsWith('.js')).map((target) => join(name, target))
}

/** Every file at or below this path, relative to the root, in a fixed order; none when the path is not there. */
function filesBelow(path) {
  const absolute = join(root, path)
  if (!existsSync(absolute)) return []
  if (!statSync(absolute).isDirectory()) return [path]
  const entries = readdirSync(absolute, { withFileTypes: true })
  return entries
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(`${path}/${entry.name}`) : [`${path}/${entry.name}`]))
    .toSorted()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  prepare().catch((error) => {
    console.error(error instanceof StepFailure ? error.message : error)
    process.exit(1)
  })
}
