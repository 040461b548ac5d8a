/**
 * The editor in an iframe of another origin.
 *
 * Proves IF1 to IF5 with real Chromium, pages of three origins, the script at /cowrite-embed.js, and real tokens.
 */
import type { CowriteFrame } from '@cowrite/editor/embed'
import type { FrameLocator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useBrowser } from '../support/browser.js'
import { Embedded } from '../support/embedded.js'
import { composeTogether } from '../support/composing.js'
import { ICON } from '../support/embedder.js'
import { type Pages, startPages } from '../support/pages.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { PATIENT } from '../support/tab.js'
import { SECRET, tokenOf } from '../support/tokens.js'

/** What a parent's page keeps in its window. */
interface Parent {
  readonly frame: CowriteFrame
  readonly told: [string, unknown][]
  readonly asked: number
  mount(doc?: string): void
}

const browser = useBrowser()
const opened: Embedded[] = []
const token = tokenOf()
/** Served at two origins, of which the server knows the first. */
let parents: Pages
let strangers: Pages
let server: ServerProcess

beforeAll(async () => {
  const pages = { '/': parentPage, '/beside': `<!doctype html>${ICON}` }
  ;[parents, strangers] = [await startPages(pages), await startPages(pages)]
  // Listens beyond loopback, so that pages of this machine are not let in for being that.
  server = await startServerProcess({ flags: ['--host', '0.0.0.0', '--secret', SECRET, '--origins', parents.origin] })
})
afterAll(async () => {
  for (const pages of [parents, strangers]) pages.close()
  await server.remove()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ page }) => page.context().close()))
})

const parentPage = `<!doctype html>${ICON}<body style="margin:0;height:100vh"><script type="module">
  const [server, token] = location.hash.slice(1).split('|')
  const { mountCowrite } = await import(server + '/cowrite-embed.js')
  window.told = []
  window.asked = 0
  window.mount = (doc = 'framed') => {
    window.frame = mountCowrite(document.body, {
      server, doc, user: { name: 'Ada', id: 'ada' }, theme: 'light', lang: 'en', patienceMs: 2000,
      getToken: async () => (window.asked += 1, token),
    })
    for (const name of ['ready', 'status', 'users', 'change', 'mention', 'error']) window.frame.on(name, (detail) => window.told.push([name, detail]))
  }
</script>`

async function visit(pages: Pages): Promise<Embedded> {
  const context = await browser().newContext()
  const embedded = new Embedded(await context.newPage())
  opened.push(embedded)
  await embedded.page.goto(`${pages.origin}/#${server.url}|${token}`)
  await embedded.page.waitForFunction(() => 'mount' in window)
  return embedded
}
async function mount(embedded: Embedded, doc?: string): Promise<FrameLocator> {
  await embedded.page.evaluate((name) => (window as unknown as Parent).mount(name), doc)
  return embedded.page.frameLocator('iframe')
}
/** Calls the object that stands for the editor. */
const call = <T>({ page }: Embedded, run: (frame: CowriteFrame) => T | Promise<T>): Promise<T> =>
  page.evaluate(`(${String(run)})(window.frame)`)
const told = async ({ page }: Embedded, name: string): Promise<unknown[]> =>
  (await page.evaluate(() => (window as unknown as Parent).told)).filter(([event]) => event === name).map(([, detail]) => detail)
async function untilReady(embedded: Embedded, times = 1): Promise<void> {
  await expect.poll(async () => (await told(embedded, 'ready')).length, PATIENT).toBe(times)
}

describe('the editor in an iframe', { timeout: 60_000 }, () => {
  it('[IF1, IF2] two pages of a known origin write in one document; each hears what happens, asks, and steers', async () => {
    const [a, b] = [await visit(parents), await visit(parents)]
    const addresses: string[] = []
    a.page.on('request', (request) => addresses.push(request.url()))
    a.page.on('websocket', (socket) => addresses.push(socket.url()))
    const [inA, inB] = [await mount(a), await mount(b)]
    await Promise.all([untilReady(a), untilReady(b)])
    await call(a, (frame) => frame.focus())
    await a.page.keyboard.type('Hello from a frame')
    await inB.getByText('Hello from a frame').waitFor()
    await call(a, (frame) => frame.flush())
    expect(await call(a, async (frame) => [await frame.getHTML(), await frame.getMarkdown(), await frame.getText()]))
      .toEqual(['<p>Hello from a frame</p>', 'Hello from a frame\n', 'Hello from a frame'])
    expect(await call(b, (frame) => frame.getJSON())).toMatchObject({ type: 'doc', content: [{ type: 'paragraph' }] })
    await expect.poll(() => told(a, 'change'), PATIENT).toContainEqual({ local: true })
    await expect.poll(() => told(b, 'change'), PATIENT).toContainEqual({ local: false })
    await expect.poll(() => call(a, (frame) => frame.status), PATIENT).toMatchObject({ connection: 'connected', save: 'saved', unsaved: 0 })
    expect(await call(a, (frame) => frame.users)).toMatchObject([{ name: 'ada', isSelf: true }])
    const content = inA.locator('.ce-content')
    await call(a, (frame) => frame.setEditable(false))
    await expect.poll(() => content.getAttribute('contenteditable'), PATIENT).toBe('false')
    await expect.poll(() => call(a, (frame) => frame.status?.readOnly), PATIENT).toBe('view')
    await call(a, (frame) => frame.setEditable(true))
    await expect.poll(() => content.getAttribute('contenteditable'), PATIENT).toBe('true')
    const background = (): Promise<string> => inA.locator('html').evaluate((html) => getComputedStyle(html).backgroundColor)
    const light = await background()
    await call(a, (frame) => frame.setTheme('dark'))
    await expect.poll(background, PATIENT).not.toBe(light)
    await call(a, (frame) => frame.setLocale('ko'))
    await inA.getByRole('button', { name: /^굵게/ }).waitFor()
    expect(await told(a, 'error')).toEqual([])
    // The token went through the port alone.
    expect(await a.page.evaluate(() => (window as unknown as Parent).asked)).toBeGreaterThan(0)
    expect(addresses.some((address) => address.includes('/embed/framed'))).toBe(true)
    expect(addresses.filter((address) => address.includes(token))).toEqual([])
    for (const { complaints } of [a, b]) expect(complaints).toEqual([])
  })

  it('[IF1] no edit of either side is lost while one writes with an input method', async () => {
    const [a, b] = [await visit(parents), await visit(parents)]
    const [, inB] = [await mount(a, 'composed'), await mount(b, 'composed')]
    await Promise.all([untilReady(a), untilReady(b)])
    await call(a, (frame) => frame.focus())
    await a.page.keyboard.type('1 2 ')
    await inB.getByText('1 2').waitFor()
    await call(b, (frame) => frame.focus())
    const texts = (): Promise<[string, string]> => Promise.all([call(a, (frame) => frame.getText()), call(b, (frame) => frame.getText())])
    await composeTogether(a.page, b.page, texts)
  })

  it('[IF1] what was typed just before the page takes the editor away is in the document', async () => {
    const page = await visit(parents)
    const frame = await mount(page, 'left')
    await untilReady(page)
    await call(page, (editor) => editor.focus())
    await page.page.keyboard.type('last words')
    await frame.getByText('last words').waitFor()
    await call(page, async (editor) => {
      const later = editor.getText().catch((error: Error) => error.message)
      await editor.destroy()
      return later
    })
    expect(await page.page.locator('iframe').count()).toBe(0)
    expect(await call(page, (editor) => editor.getText().catch((error: Error) => error.message))).toBe('the editor was taken away')
    await mount(page, 'left')
    await untilReady(page, 2)
    expect(await call(page, (editor) => editor.getText())).toBe('last words')
  })

  it('[IF3] a page of an unknown origin gets no editor: the browser does not show it there, and the page is told', async () => {
    const page = await visit(strangers)
    await mount(page)
    await expect.poll(() => told(page, 'error'), PATIENT).toEqual([expect.objectContaining({ code: 'no-answer', message: expect.stringContaining('COWRITE_ORIGINS') })])
    expect(page.complaints.join('\n')).toContain('frame-ancestors')
    expect(page.sockets.all).toBe(0)
  })

  it('[IF4] nor where frame-ancestors is not heeded: the page in the frame asks the server, and does not listen', async () => {
    const page = await visit(strangers)
    await page.page.route('**/embed/framed', async (route) => {
      const response = await route.fetch()
      const { 'content-security-policy': _policy, ...headers } = response.headers()
      await route.fulfill({ response, headers })
    })
    const frame = await mount(page)
    await frame.getByText('may not show it').waitFor()
    expect(await frame.locator('cowrite-editor').count()).toBe(0)
    expect(page.sockets.all).toBe(0)
    expect(await page.page.evaluate(() => (window as unknown as Parent).asked), 'and nobody was asked for a token').toBe(0)
  })

  it('[IF5] messages of other windows and other origins are ignored on both sides', async () => {
    const page = await visit(parents)
    // A window beside the editor, of the unknown origin, which tries both sides.
    await page.page.evaluate(async (stranger) => {
      const beside = document.createElement('iframe')
      beside.name = 'beside'
      beside.src = `${stranger}/beside`
      document.body.append(beside)
      await new Promise((resolve) => beside.addEventListener('load', resolve))
    }, strangers.origin)
    const beside = page.page.frame('beside')!
    const attack = (): Promise<number> => beside.evaluate(async () => {
      let ports = 0
      addEventListener('message', (event) => (ports += event.ports.length))
      const open = { type: 'cowrite:open', version: 1, settings: { editable: false }, logsIn: false }
      for (let index = 0; index < parent.frames.length; index++) {
        if (parent.frames[index] !== window) parent.frames[index]!.postMessage(open, '*', [new MessageChannel().port2])
      }
      parent.postMessage({ type: 'cowrite:hello', versions: [1] }, '*')
      // Messages between two windows keep their order: after an answer to this one, those were looked at.
      await new Promise((resolve) => {
        addEventListener('message', ({ data }) => data === 'echo' && resolve(undefined))
        parent.postMessage('echo?', '*')
      })
      return ports
    })
    await page.page.evaluate(() => addEventListener('message', ({ data, source }) => data === 'echo?' && (source as Window).postMessage('echo', '*')))
    // Before the page around has opened the document, as soon as the page in the frame listens.
    await page.page.evaluate(async (address) => {
      const frame = document.createElement('iframe')
      frame.name = 'bare'
      frame.src = `${address}/embed/bare`
      document.body.append(frame)
      await new Promise<void>((resolve) => addEventListener('message', ({ source }) => source === frame.contentWindow && resolve()))
    }, server.url)
    await attack()
    await page.page.evaluate((given) => {
      const channel = new MessageChannel()
      channel.port1.addEventListener('message', ({ data }: MessageEvent<{ type: string; id: number }>) => {
        if (data.type === 'ask-token') channel.port1.postMessage({ type: 'token', id: data.id, token: given })
      })
      channel.port1.start()
      const open = { type: 'cowrite:open', version: 1, settings: { editable: true }, logsIn: true }
      for (const message of [null, 'text', { type: 'cowrite:open' }, { ...open, version: 2 }]) frames[1]!.postMessage(message, '*')
      frames[1]!.postMessage(open, '*', [channel.port2])
    }, token)
    const bare = page.page.frameLocator('iframe[name=bare]').locator('.ce-content')
    await expect.poll(() => bare.getAttribute('contenteditable'), PATIENT).toBe('true')
    // And with everything open.
    await mount(page, 'ignored')
    await untilReady(page)
    expect(await attack(), 'no port for a stranger').toBe(0)
    await page.page.frames().find((one) => one.url().includes('/embed/ignored'))!.evaluate(() => {
      for (const message of [null, 3, { type: 'cowrite:hello' }, { type: 'cowrite:hello', versions: 'many' }]) parent.postMessage(message, '*')
    })
    expect(await call(page, (editor) => editor.getText())).toBe('')
    expect(await page.page.frameLocator('iframe[title=ignored]').locator('.ce-content').getAttribute('contenteditable')).toBe('true')
    expect(page.sockets.all).toBe(2)
  })
})
