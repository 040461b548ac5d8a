/**
 * The one question that has to be answered before any newer syntax is read: is this Node new enough?
 *
 * Owns: the oldest Node version that Cowrite runs on, as the scripts check it.
 * Always holds: this file, and the entries that import it first, parse on Node 14, so that somebody
 * with an old Node reads one clear line instead of a SyntaxError.
 */
const OLDEST = [20, 19]

/** Ends the process with one line and exit code 1 unless this Node is at least the oldest supported one. */
export function requireNode() {
  const parts = process.versions.node.split('.').map(Number)
  if (parts[0] > OLDEST[0] || (parts[0] === OLDEST[0] && parts[1] >= OLDEST[1])) return
  console.error(
    'Cowrite needs Node ' + OLDEST.join('.') + ' or newer; this is Node ' + process.versions.node +
    '. Get a current one from https://nodejs.org and run the same command again.'
  )
  process.exit(1)
}
