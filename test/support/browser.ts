/**
 * A real Chromium for the tests that need one.
 *
 * Owns: launching and closing the browser of a test file, and skipping its tests, with the reason, where
 * there is none.
 * Does not own: finding it (scripts/chromium.mjs, shared with `npm test`), pages and what they show.
 * Always holds: a test skipped here is counted and named at the end of `npm test`.
 */
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { chromiumAdvice, findChromium } from '../../scripts/chromium.mjs'

/** Flags that keep Chromium quiet and runnable as root in a container. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

/** Path of the browser, or undefined where there is none. */
export const chromiumPath: string | undefined = findChromium()

/** Starts a browser that is not shared with anybody. @throws when there is none: see `useBrowser` */
export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(chromiumAdvice())
  return chromium.launch({ executablePath: chromiumPath, args: CHROMIUM_FLAGS })
}

/**
 * One browser for all tests of the file or `describe` block that this is called in.
 * Without a browser on this machine each of these tests is skipped with a reason.
 * @returns a function that gives the running browser; call it inside tests and hooks
 */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined
  beforeAll(async () => {
    if (chromiumPath !== undefined) browser = await launchChromium()
  })
  beforeEach((context) => {
    if (chromiumPath === undefined) context.skip(chromiumAdvice())
  })
  afterAll(async () => {
    await browser?.close()
  })
  return () => {
    if (browser === undefined) throw new Error('the browser is not running: call this inside a test or a hook')
    return browser
  }
}
