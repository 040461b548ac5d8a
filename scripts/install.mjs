/**
 * Installing dependencies when they are missing or are not those of the lockfile.
 *
 * Owns: deciding whether `npm ci` is needed, running it, and the stamp inside node_modules.
 * Always holds: an installation that already matches the lockfile, whoever made it, is left alone
 * (`npm ci` would delete and fetch it all again).
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { announce, executeNpm, root, StepFailure } from './steps.mjs'

const lockfile = join(root, 'package-lock.json')
const stampFile = join(root, 'node_modules', '.cowrite-install')

/** What an installation has to match: the lockfile, and the platform whose binaries npm chose. */
export function installFingerprint() {
  const hash = createHash('sha256').update(readFileSync(lockfile)).digest('hex')
  return `${hash} ${process.platform} ${process.arch}`
}

/** Runs `npm ci` unless node_modules already holds exactly what package-lock.json says. */
export async function ensureInstalled() {
  const wanted = installFingerprint()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return
  if (!installedMatches()) {
    await announce('Installing dependencies (npm ci)', async () => {
      const { code, output } = await executeNpm(['ci', '--no-audit', '--no-fund'])
      if (code !== 0) throw new StepFailure(installFailure(output))
    })
  }
  writeFileSync(stampFile, wanted)
}

/** Compares npm's own record of what it put into node_modules with the lockfile. */
function installedMatches() {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const wanted = JSON.parse(readFileSync(lockfile, 'utf8')).packages
  const found = JSON.parse(readFileSync(record, 'utf8')).packages
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/')) continue
    const installed = found[path]
    // Packages for other platforms stand in the lockfile as optional and are rightly absent.
    if (installed === undefined && entry.optional) continue
    if (installed === undefined || installed.version !== entry.version || installed.integrity !== entry.integrity) {
      return false
    }
    if (!existsSync(join(root, path))) return false
  }
  return true
}

function installFailure(output) {
  const code = /npm (?:error|ERR!) code (\S+)/.exec(output)?.[1] ?? 'unknown'
  const offline = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ETIMEDOUT', 'ECONNRESET', 'ENETUNREACH', 'ENOTCACHED']
  if (offline.includes(code)) {
    return `Could not install dependencies: the package registry cannot be reached (${code}). ` +
      'Connect to the network, or set npm\'s "proxy"/"registry", and run the same command again.'
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return `Could not install dependencies: node_modules cannot be written (${code}). ` +
      'Make the checkout writable for this user and run the same command again.'
  }
  return `Could not install dependencies: npm ci failed (${code}). Run "npm ci" to see its full output.`
}
