/**
 * `<cowrite-editor>` on a server where people log in.
 *
 * Proves EM10 with a real page, real tokens and the real server.
 */
import type { CowriteEditorElement } from '@cowrite/editor/element'
import { describe, expect, it } from 'vitest'
import { ICON, useEmbedder } from '../support/embedder.js'
import { PATIENT } from '../support/tab.js'
import { SECRET, tokenOf } from '../support/tokens.js'

const embedder = useEmbedder({ flags: ['--secret', SECRET] })

describe('<cowrite-editor> with a login', { timeout: 60_000 }, () => {
  it('[EM10] logs in with a token of the page, by property or attribute, and never has it in an address', async () => {
    const { open, serve, server } = embedder()
    const token = tokenOf()
    const { origin } = await serve({
      '/property': `<!doctype html>${ICON}<cowrite-editor doc="a" user-name="Ada"></cowrite-editor><script>
        window.asked = 0
        document.querySelector('cowrite-editor').getToken = async () => (window.asked += 1, '${token}')
      </script><script type="module" src="${server.url}/cowrite-editor.js"></script>`,
      '/attribute': `<!doctype html>${ICON}<script type="module" src="${server.url}/cowrite-editor.js"></script><cowrite-editor doc="a" token="${token}"></cowrite-editor>`,
    })
    const page = await open(`${origin}/property`)
    const addresses: string[] = []
    page.page.on('websocket', (socket) => addresses.push(socket.url()))
    await page.ready()
    await page.typeAtEnd('let in')
    await page.element().evaluate((element) => (element as CowriteEditorElement).flush())
    const asked = await page.page.evaluate(() => (window as unknown as { asked: number }).asked)
    expect(asked).toBeGreaterThan(0)
    const other = await open(`${origin}/attribute`)
    await expect.poll(() => other.text(), PATIENT).toBe('let in')
    for (const address of addresses) expect(address).not.toContain(token)
  })
})
