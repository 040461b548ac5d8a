/**
 * strace, with which the power cut tests record what reaches the disk.
 *
 * Owns: seeing to it that it is there. Does not own: how it is used (test/faults/power-cut/system-calls.ts).
 * Always holds: without it those tests are skipped, with the reason; nothing else needs it.
 */
import { installSystemPackage, onPath } from './system-package.mjs'

/** Installs it where it is missing and that is allowed; it exists for Linux only. */
export async function ensureStrace() {
  if (process.platform !== 'linux' || onPath('strace').length > 0) return
  await installSystemPackage('strace', 'the power cut tests')
}
