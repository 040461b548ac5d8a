/**
 * What the page around the editor's iframe does for it: finding people, taking pictures.
 *
 * Proves IF7 and IF8 with real Chromium and the script at /cowrite-embed.js.
 */
import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { ICON, useEmbedder } from '../support/embedder.js'
import { PATIENT } from '../support/tab.js'

const embedder = useEmbedder()

/** A picture of one pixel. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64')

/** A page whose iframe is steered by these further options of `mountCowrite`, and what it collected in `told`. */
async function openWith(doc: string, options: string): Promise<{ page: Page; frame: FrameLocator }> {
  const { open, serve, server } = embedder()
  const { origin } = await serve({ '/': `<!doctype html>${ICON}<body style="margin:0;height:100vh"><script type="module">
    import { mountCowrite } from '${server.url}/cowrite-embed.js'
    window.told = []
    window.frame = mountCowrite(document.body, { server: '${server.url}', doc: '${doc}', user: { name: 'Ada' }, lang: 'en', ${options} })
    frame.on('mention', (who) => told.push(who))
  </script>` })
  const { page } = await open(origin)
  await page.route('https://pictures.example.com/**', (route) => route.fulfill({ contentType: 'image/png', headers: { 'Cross-Origin-Resource-Policy': 'cross-origin' }, body: PNG }))
  const frame = page.frameLocator('iframe')
  await expect.poll(() => frame.locator('.ce-content').getAttribute('contenteditable'), PATIENT).toBe('true')
  await frame.locator('.ce-content').click()
  return { page, frame }
}
const told = (page: Page): Promise<unknown[]> => page.evaluate(() => (window as unknown as { told: unknown[] }).told)

async function choose(page: Page, frame: FrameLocator, name: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), frame.locator('[data-command=image]').click()])
  await chooser.setFiles({ name, mimeType: 'image/png', buffer: PNG })
}

describe('the page around the iframe', { timeout: 60_000 }, () => {
  it('[IF7] finds whom `@` may mean, and hears who was mentioned', async () => {
    const { page, frame } = await openWith('asked-people', `searchMentions: async (query, { signal }) => {
      told.push(query)
      if (query === 'x') throw new Error('down')
      return [{ id: 'u-1', name: 'Adele Goldberg', secret: 1 }, { id: 7 }, null]
    }`)
    await page.keyboard.type('@ad')
    await frame.getByRole('option', { name: 'Adele Goldberg' }).waitFor()
    expect(await frame.getByRole('option').count()).toBe(1)
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await told(page)).at(-1), PATIENT).toEqual({ id: 'u-1', name: 'Adele Goldberg' })
    expect(await told(page)).toContain('ad')
    await page.keyboard.type('@x')
    await frame.getByText('The list of people cannot be had at the moment').first().waitFor()
  })

  it('[IF7, IF8] takes pictures with progress, says why not, and is told when one is not wanted any more', async () => {
    const { page, frame } = await openWith('asked-pictures', `uploadFile: async (file, { signal, progress }) => {
      told.push(file.name + ' ' + file.size)
      if (file.name === 'huge.png') throw { problem: 'too-large' }
      if (file.name === 'odd.png') return { address: 'none' }
      progress(0.25)
      if (file.name === 'slow.png') return new Promise((_, reject) => signal.addEventListener('abort', () => (told.push('aborted'), reject(signal.reason))))
      return 'https://pictures.example.com/good.png'
    }`)
    await choose(page, frame, 'good.png')
    await expect.poll(() => frame.locator('.ce-content img[alt=good]').getAttribute('src'), PATIENT).toBe('https://pictures.example.com/good.png')
    expect(await told(page)).toEqual([`good.png ${PNG.length}`])
    await choose(page, frame, 'huge.png')
    await frame.getByText('huge.png was not uploaded: it is larger').first().waitFor()
    await frame.getByRole('button', { name: 'Dismiss' }).click()
    await choose(page, frame, 'odd.png')
    await frame.getByText('odd.png was not uploaded: the server cannot be reached').first().waitFor()
    await frame.getByRole('button', { name: 'Dismiss' }).click()
    await choose(page, frame, 'slow.png')
    await frame.getByText('slow.png: 25 %').waitFor()
    await frame.getByRole('button', { name: 'Dismiss' }).click()
    await expect.poll(async () => (await told(page)).at(-1), PATIENT).toBe('aborted')
    expect(await frame.locator('.ce-content img').count()).toBe(1)
  })

  it('[IF7] without these functions pictures go to the server, and `@` finds who is here', async () => {
    const { page, frame } = await openWith('asked-nothing', '')
    await choose(page, frame, 'own.png')
    await expect.poll(() => frame.locator('.ce-content img[alt=own]').getAttribute('src'), PATIENT).toMatch(/\/files\/[0-9a-f]{64}$/)
    await page.keyboard.press('Control+End')
    await page.keyboard.type('@zz')
    await frame.getByText('Nobody').first().waitFor()
  })
})
