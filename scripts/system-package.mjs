/**
 * Installing a package of the system, for the tests, where that is allowed.
 *
 * Owns: the commands of the usual package managers.
 * Always holds: nothing is installed unless this user is root or may use sudo without being asked.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { announce, execute } from './steps.mjs'

const installers = [
  { command: 'apt-get', steps: [['update'], ['install', '-y', '--no-install-recommends']] },
  { command: 'dnf', steps: [['install', '-y']] },
  { command: 'apk', steps: [['add', '--no-cache']] },
]

/** Installs a package of the same name everywhere. Whether it worked shows by looking for what it brings. */
export async function installSystemPackage(name, purpose) {
  const installer = installers.find(({ command }) => onPath(command).length > 0)
  const prefix = installer && (await adminPrefix())
  if (!prefix) return
  await announce(`Installing ${name} for ${purpose} (${installer.command})`, async () => {
    for (const [index, args] of installer.steps.entries()) {
      const [program, ...rest] = [...prefix, installer.command, ...args, ...(index === installer.steps.length - 1 ? [name] : [])]
      // A stale or partly unreachable package index need not stop the installation: its own result decides.
      await execute(program, rest, { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeout: 300_000 })
    }
  })
}

/** Where a command is found. */
export function onPath(command) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin']
  return folders.filter(Boolean).map((folder) => join(folder, command)).filter(existsSync)
}

/** How to run something as the administrator without a question: [], ['sudo', '-n'], or undefined when not allowed. */
async function adminPrefix() {
  if (process.getuid?.() === 0) return []
  const { code } = await execute('sudo', ['-n', 'true'], { timeout: 10_000 })
  return code === 0 ? ['sudo', '-n'] : undefined
}
