/**
 * The folder examples/, as it stands but for the server's address: built as its README says, and driven.
 *
 * Proves EX1.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build, preview, type PreviewServer } from 'vite'
import type { Embedded } from '../support/embedded.js'
import { useEmbedder } from '../support/embedder.js'
import { PATIENT } from '../support/tab.js'

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const embedder = useEmbedder()
let folder: string
let site: PreviewServer
let origin: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cowrite-examples-'))
  process.env['VITE_COWRITE_SERVER'] = embedder().server.url
  const configFile = join(examples, 'vite.config.ts')
  const built = { outDir: folder, emptyOutDir: true, minify: false }
  await build({ root: examples, configFile, logLevel: 'error', build: built })
  site = await preview({ root: examples, configFile, logLevel: 'error', build: built, preview: { host: '127.0.0.1', port: 0 } })
  origin = site.resolvedUrls!.local[0]!
})
afterAll(async () => {
  delete process.env['VITE_COWRITE_SERVER']
  await site.close()
  await rm(folder, { recursive: true, force: true })
})

/** Where people write in each, and what its status says when all is well. */
const EXAMPLES = [
  { name: 'html', text: '.ce-content', status: /connected, saved/ },
  { name: 'react', text: '.ce-content', status: /connected, saved/ },
  { name: 'vue', text: '.ce-content', status: /connected, saved/ },
  { name: 'tiptap', text: '.ProseMirror', status: /connected/ },
  { name: 'codemirror', text: '.cm-content', status: /connected/ },
] as const

/** What a visitor wrote and sees written, without the names on the others' carets. */
const textOf = ({ page }: Embedded, selector: string): Promise<string> => page.locator(selector).evaluate((shown) => {
  const copy = shown.cloneNode(true) as HTMLElement
  for (const caret of copy.querySelectorAll('.ce-caret, .collaboration-carets__caret, .cm-ySelectionCaret')) caret.remove()
  return copy.textContent.replace(/[^\w]/g, '')
})

/** Two visitors, each with a browser profile of their own. */
async function writeTogether(a: Embedded, b: Embedded, selector: string, status: RegExp): Promise<void> {
  for (const [writer, reader, word, all] of [[a, b, 'One', 'One'], [b, a, 'Two', 'OneTwo']] as const) {
    await writer.page.locator(selector).click()
    await writer.page.keyboard.press('Control+End')
    await writer.page.keyboard.type(word)
    await expect.poll(() => textOf(reader, selector), PATIENT).toBe(all)
  }
  expect(await textOf(b, selector)).toBe('OneTwo')
  await expect.poll(() => a.page.locator('#status').innerText(), PATIENT).toMatch(status)
}

describe('the examples', { timeout: 90_000 }, () => {
  it('[EX1] in each of them two people write in one document', async () => {
    const { open, serve, server } = embedder()
    const plain = await readFile(join(examples, 'html/index.html'), 'utf8')
    expect(plain).toContain('http://127.0.0.1:1234/')
    const html = await serve({ '/': plain.replace('http://127.0.0.1:1234', server.url) })
    // All at once: the browser waits more than it works.
    await Promise.all(EXAMPLES.map(async ({ name, text, status }) => {
      const address = name === 'html' ? html.origin : `${origin}${name}/`
      await writeTogether(await open(address), await open(address), text, status)
    }))
  })
})
