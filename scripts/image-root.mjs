/**
 * Lays out the root of the container image: Node, the shared libraries it and its addons load, a user.
 *
 * Usage: node image-root.mjs <app folder> <target folder>, on Debian, in the Dockerfile's build.
 * Owns: everything in the image outside /app and /data.
 * Always holds: nothing is copied that is not loaded at run time, except the licences of what is copied and
 * its package records (where image scanners look for them when there is no package manager).
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const [app, target] = process.argv.slice(2)
const USER_ID = 10001

copy(process.execPath, '/usr/local/bin/node')
copyIfThere('/usr/local/LICENSE')
copy(realpathSync('/etc/os-release'), '/etc/os-release')
const libraries = [...new Set([process.execPath, ...addonsOf(app)].flatMap(librariesOf))]
for (const library of libraries) copy(realpathSync(library), library)
for (const name of new Set(libraries.map(packageOf))) {
  copyIfThere(`/usr/share/doc/${name}/copyright`)
  write(`/var/lib/dpkg/status.d/${name}`, execFileSync('dpkg-query', ['-s', name]))
}
// Programs ask for the name of their user, and for names of hosts, in these files.
write('/etc/passwd', `root:x:0:0:root:/:/none\ncowrite:x:${USER_ID}:${USER_ID}:Cowrite:/data:/none\n`)
write('/etc/group', `root:x:0:\ncowrite:x:${USER_ID}:\n`)
write('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n')

/** The native addons of this platform that were built against glibc. */
function addonsOf(folder) {
  return readdirSync(join(folder, 'node_modules'), { recursive: true })
    .filter((path) => path.endsWith('.node') && path.includes(`linux-${process.arch}`) && !path.includes('musl'))
    .map((path) => join(folder, 'node_modules', path))
}

/** The shared libraries that the dynamic linker finds for a program, the linker itself included. */
function librariesOf(program) {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' }).split('\n')
  const missing = lines.find((line) => line.includes('not found'))
  if (missing !== undefined) throw new Error(`${program} needs a library that is not installed: ${missing.trim()}`)
  return lines.map((line) => /(\/\S+) \(0x/.exec(line)?.[1]).filter((path) => path !== undefined)
}

/** The Debian package that a library belongs to, which may know it by its path of before /lib moved into /usr. */
function packageOf(library) {
  const path = realpathSync(library)
  for (const known of [path, path.replace(/^\/usr/, '')]) {
    const { status, stdout } = spawnSync('dpkg-query', ['-S', known], { encoding: 'utf8' })
    if (status === 0) return stdout.split(':')[0]
  }
  throw new Error(`no package owns ${library}`)
}

function copyIfThere(path) {
  if (existsSync(path)) copy(path, path)
}

function copy(from, to) {
  mkdirSync(dirname(join(target, to)), { recursive: true })
  cpSync(from, join(target, to), { dereference: true })
}

function write(path, content) {
  mkdirSync(dirname(join(target, path)), { recursive: true })
  writeFileSync(join(target, path), content)
}
