/**
 * The second half of `npm start`, once Node is known to be new enough.
 *
 * Owns: install, build and start in this order, and how their failures are told.
 * Does not own: flags and settings (the server reads them), the signals (the server's too).
 * Always holds: the server runs in this very process, so that a signal sent to it reaches the server.
 */
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { prepare } from './build.mjs'
import { root, StepFailure } from './steps.mjs'

/** Prepares the checkout and runs `cowrite serve` with these flags. */
export async function start(flags) {
  try {
    await prepare()
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error
    console.error(error.message)
    process.exit(1)
  }
  if (process.env.npm_lifecycle_event === 'start') stopWithParent()
  const server = await import(pathToFileURL(join(root, 'server/dist/main.js')).href)
  await server.run(['serve', ...flags])
}

/**
 * Npm runs a script through a shell, and a SIGTERM that it forwards ends that shell alone (npm/npm#4603): the
 * server would go on as an orphan that holds the port. Somebody else's child is then told to stop, too.
 */
function stopWithParent() {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  watch.unref()
}
