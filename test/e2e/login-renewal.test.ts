/**
 * Logins that are renewed while somebody writes, and a backend that cannot be asked for a while.
 *
 * Proves LG7 and LG8 with `<cowrite-editor>` in a page that renews its tokens, and the real server. For a session of half
 * an hour on tokens of one minute: COWRITE_LONG=1.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CowriteEditorElement } from '@cowrite/editor/element'
import type { RunningServer } from '@cowrite/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Embedded } from '../support/embedded.js'
import { useLoginWorld } from '../support/login-world.js'
import { PATIENT } from '../support/tab.js'
import { tokenOf } from '../support/tokens.js'

const LONG = process.env['COWRITE_LONG'] === '1'
const { people, start, restart } = useLoginWorld()

declare global {
  interface Window {
    freshToken?(): Promise<string>
  }
}

/** The element alone in a page of the server's origin, with a `getToken` that asks the test. */
async function openPage({ url }: RunningServer, freshToken: () => string): Promise<Embedded> {
  const { page } = await (await people.come()).tab()
  const embedded = new Embedded(page)
  await page.exposeFunction('freshToken', freshToken)
  await page.goto(url)
  await page.evaluate(() => {
    const element = document.createElement('cowrite-editor')
    const script = document.createElement('script')
    Object.assign(element, { getToken: () => window.freshToken?.() })
    element.setAttribute('doc', 'plan')
    Object.assign(script, { type: 'module', src: '/cowrite-editor.js' })
    document.body.replaceChildren(element, script)
  })
  await embedded.ready()
  return embedded
}

const status = ({ page }: Embedded): Promise<string> => page.locator('.ce-status-text').innerText()

/** A backend that says of everybody that they are Ada, for two seconds, while it is up. */
async function startBackend(): Promise<{ readonly url: string; isUp: boolean; asked: number }> {
  const server = createServer((request, response: ServerResponse) => {
    request.resume()
    backend.asked += 1
    if (!backend.isUp) return void response.writeHead(503).end()
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ user: { id: 'ada', name: 'Ada' }, role: 'write', expiresIn: 2 }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const backend = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/authorize`, isUp: true, asked: 0 }
  return backend
}

describe('a login that is renewed', () => {
  it('[LG7] a backend that cannot be asked sends people away for a while: nothing is refused, nothing is lost', { timeout: 60_000 }, async () => {
    const backend = await startBackend()
    let tokens = 0
    const page = await openPage(await start({ authorizeUrl: backend.url }), () => `opaque ${++tokens}`)
    await page.typeAtEnd('before ')
    await expect.poll(() => status(page), PATIENT).toBe('Saved')
    backend.isUp = false
    const asked = backend.asked
    // The server remembers nothing of what the backend said.
    await restart()
    await page.page.keyboard.type('meanwhile')
    await expect.poll(() => backend.asked, PATIENT).toBeGreaterThan(asked + 1)
    await expect.poll(() => status(page), PATIENT).toBe('Offline: 9 changes kept here')
    expect(await page.element().evaluate((element) => (element as CowriteEditorElement).status?.connection)).toBe('offline')
    backend.isUp = true
    await expect.poll(() => status(page), PATIENT).toBe('Saved')
    expect(await page.text()).toBe('before meanwhile')
  })

  it('[LG8] a session on many short tokens goes on without anybody seeing it, on one connection', { timeout: LONG ? 2_400_000 : 60_000 }, async () => {
    const life = LONG ? 60 : 4
    let tokens = 0
    const page = await openPage(await start(), () => {
      tokens += 1
      return tokenOf({ exp: Math.ceil(Date.now() / 1000) + life })
    })
    await page.typeAtEnd('.')
    const seen = await page.page.evaluateHandle(() => {
      const words = document.querySelector('cowrite-editor')!.shadowRoot!.querySelector('.ce-status-text')!
      const seen = new Set([words.textContent])
      new MutationObserver(() => seen.add(words.textContent)).observe(words, { childList: true, characterData: true, subtree: true })
      return seen
    })
    let typed = '.'
    // A token of 60 s counts for 64, one of 4 s for 8; each is renewed after three quarters.
    const wanted = LONG ? Math.ceil(1_800 / 48) + 1 : 3
    await expect.poll(async () => {
      await page.page.keyboard.type('x')
      typed += 'x'
      return tokens
    }, { timeout: LONG ? 2_300_000 : 40_000, interval: LONG ? 2_000 : 400 }).toBeGreaterThanOrEqual(wanted)
    await expect.poll(() => status(page), PATIENT).toBe('Saved')
    expect(await page.text()).toBe(typed)
    expect(page.sockets).toEqual({ all: 1, open: 1 })
    expect((await seen.evaluate((all) => [...all])).sort()).toEqual(['Saved', 'Saving…'])
  })
})
