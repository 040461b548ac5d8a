/**
 * Finding a Chromium for the browser tests, or installing the system's own where that is allowed.
 *
 * Owns: the usual places of Chromium, Chrome and Edge on Linux, macOS and Windows; the install commands.
 * Always holds: a browser is never downloaded from anywhere but the system's package manager, and nothing
 * is installed unless this user is root or may use sudo without being asked.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { announce, execute } from './steps.mjs'

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']

const macApplications = ['Chromium', 'Google Chrome', 'Microsoft Edge']

const windowsPaths = ['Chromium\\Application\\chrome.exe', 'Google\\Chrome\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe']

const installers = [
  { command: 'apt-get', steps: [['update'], ['install', '-y', '--no-install-recommends', 'chromium']] },
  { command: 'dnf', steps: [['install', '-y', 'chromium']] },
  { command: 'apk', steps: [['add', '--no-cache', 'chromium']] },
]

/** The path of a Chromium-like browser: CHROME_PATH when set, else the first of the usual places, else undefined. */
export function findChromium() {
  const told = process.env.CHROME_PATH
  // A path that was given on purpose and is wrong must not be replaced by some other browser in silence.
  if (told) return isExecutable(told) ? told : undefined
  return candidates().find((path) => isExecutable(path) && isBrowser(path))
}

/** Why there is no browser, and what to do about it, in one line. */
export function chromiumAdvice() {
  const told = process.env.CHROME_PATH
  if (told && !isExecutable(told)) return `CHROME_PATH is ${told}, which is not an executable file`
  const install = {
    linux: 'install the package "chromium" with the system\'s package manager',
    darwin: 'install Chromium or Google Chrome (brew install --cask chromium)',
    win32: 'install Google Chrome or Microsoft Edge',
  }[process.platform] ?? 'install Chromium'
  return `no Chromium found: ${install}, or set CHROME_PATH to a Chromium or Chrome executable`
}

/** Finds a browser, installing one first where that is allowed. @returns its path, or undefined when there is none */
export async function ensureChromium() {
  const found = findChromium()
  if (found !== undefined || process.env.CHROME_PATH || process.platform !== 'linux') return found
  const installer = installers.find(({ command }) => onPath(command).length > 0)
  const prefix = installer && (await adminPrefix())
  if (!prefix) return undefined
  await announce(`Installing chromium for the browser tests (${installer.command})`, async () => {
    for (const args of installer.steps) {
      const [program, ...rest] = [...prefix, installer.command, ...args]
      // A stale or partly unreachable package index need not stop the installation: its own result decides.
      await execute(program, rest, { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeout: 300_000 })
    }
  })
  return findChromium()
}

/** How to run something as the administrator without a question: [], ['sudo', '-n'], or undefined when not allowed. */
async function adminPrefix() {
  if (process.getuid?.() === 0) return []
  const { code } = await execute('sudo', ['-n', 'true'], { timeout: 10_000 })
  return code === 0 ? ['sudo', '-n'] : undefined
}

function candidates() {
  if (process.platform === 'win32') {
    const { LOCALAPPDATA, PROGRAMFILES } = process.env
    const bases = [PROGRAMFILES, process.env['PROGRAMFILES(X86)'], LOCALAPPDATA].filter(Boolean)
    return bases.flatMap((base) => windowsPaths.map((path) => join(base, path)))
  }
  const applications = macApplications.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  return [...(process.platform === 'darwin' ? applications : []), ...commands.flatMap(onPath)]
}

function onPath(command) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin']
  return folders.filter(Boolean).map((folder) => join(folder, command)).filter(existsSync)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Ubuntu's package is a stub that only says where the real browser would come from, and fails. */
function isBrowser(path) {
  return process.platform !== 'linux' || spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0
}
