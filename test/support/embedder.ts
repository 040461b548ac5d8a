/**
 * Somebody who embeds the editor: a Cowrite server, pages of their own, and visitors of these pages.
 *
 * Owns: starting and ending all of it around the tests of a file.
 * Does not own: what the pages hold (pages.ts serves them), what visitors do (embedded.ts).
 * Always holds: after each test no page is open, and what any console complained about fails it.
 */
import { afterAll, afterEach, beforeAll, expect, onTestFinished } from 'vitest'
import { useBrowser } from './browser.js'
import { Embedded } from './embedded.js'
import { type Pages, type ServedPage, startPages } from './pages.js'
import { type ServerProcess, type ServerProcessOptions, startServerProcess } from './server-process.js'

/** Browsers ask for an icon by themselves, and complain when there is none. */
export const ICON = '<link rel="icon" href="data:,">'

export interface Embedder {
  readonly server: ServerProcess
  /** The tag that loads the element. */
  readonly script: string
  serve(pages: Readonly<Record<string, ServedPage | string>>): Promise<Pages>
  /** A visitor with a browser profile of their own. */
  open(url: string): Promise<Embedded>
}

/** Call once at the top of a test file. @returns gives the embedder; call it inside tests */
export function useEmbedder(options: ServerProcessOptions = {}): () => Embedder {
  const browser = useBrowser()
  const opened: Embedded[] = []
  let server: ServerProcess | undefined
  beforeAll(async () => {
    server = await startServerProcess(options)
  })
  afterAll(() => server?.remove())
  afterEach(async () => {
    const complaints = opened.flatMap((page) => page.complaints)
    await Promise.all(opened.splice(0).map(({ page }) => page.context().close()))
    expect(complaints).toEqual([])
  })
  return () => {
    if (server === undefined) throw new Error('the server is not running: call this inside a test')
    return {
      server,
      script: `${ICON}<script type="module" src="${server.url}/cowrite-editor.js"></script>`,
      serve: async (pages) => {
        const served = await startPages(pages)
        onTestFinished(() => served.close())
        return served
      },
      open: async (url) => {
        const context = await browser().newContext()
        const embedded = new Embedded(await context.newPage())
        opened.push(embedded)
        await embedded.page.goto(url)
        return embedded
      },
    }
  }
}
