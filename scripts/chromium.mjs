/**
 * Finding a Chromium for the browser tests, or installing the system's own where that is allowed.
 *
 * Owns: the usual places of Chromium, Chrome and Edge on Linux, macOS and Windows.
 * Does not own: how a package is installed (system-package.mjs).
 * Always holds: a browser is never downloaded from anywhere but the system's package manager, and nothing
 * is installed unless this user is root or may use sudo without being asked.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { installSystemPackage, onPath } from './system-package.mjs'

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']

const macApplications = ['Chromium', 'Google Chrome', 'Microsoft Edge']

const windowsPaths = ['Chromium\\Application\\chrome.exe', 'Google\\Chrome\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe']

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
  await installSystemPackage('chromium', 'the browser tests')
  return findChromium()
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
