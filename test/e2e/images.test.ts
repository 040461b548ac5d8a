/**
 * Pictures: pasted, dropped, chosen; their uploads, failures and places.
 *
 * Proves WR6, WR7 and WR8.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useBrowser } from '../support/browser.js'
import { People } from '../support/people.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { PATIENT, type Tab, untilEqual } from '../support/tab.js'
import { untilBlocks } from '../support/writing.js'

const people = new People(useBrowser())
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess({ flags: ['--max-file-bytes', '20000'] })
})
afterAll(() => server.remove())
afterEach(() => people.leave())

const open = async (document: string): Promise<Tab> => {
  const tab = await (await people.come()).open(server, document)
  await tab.caretToEndOfBlock(0)
  return tab
}

/** Two by two pixels. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAAEklEQVR4nGP4z8DwHwwZGP4DAFrxCPcHsCVPAAAAAElFTkSuQmCC'

/** What somebody pastes, or drops at the given place, from this device. */
function bring(tab: Tab, files: readonly { name: string; type: string; base64: string }[], at?: { x: number; y: number }): Promise<void> {
  return tab.page.evaluate(([entries, place]) => {
    const data = new DataTransfer()
    for (const { name, type, base64 } of entries) {
      data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name, { type }))
    }
    const init = { bubbles: true, cancelable: true }
    document.querySelector('.ce-content')!.dispatchEvent(place
      ? new DragEvent('drop', { ...init, dataTransfer: data, clientX: place.x, clientY: place.y })
      : new ClipboardEvent('paste', { ...init, clipboardData: data }))
  }, [files, at] as const)
}
const png = (name = 'photo.png') => ({ name, type: 'image/png', base64: PNG })
const isShown = (tab: Tab): Promise<boolean> => tab.page.locator('.ce-content img').first().evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth === 2)

describe('pictures', { timeout: 60_000 }, () => {
  it('[WR6] a pasted picture is uploaded once and shown to everybody by its address', async () => {
    const [a, b] = [await open('pasted'), await open('pasted')]
    const uploads: string[] = []
    a.page.on('request', (request) => request.method() === 'POST' && uploads.push(request.url()))
    await bring(a, [png()])
    await untilBlocks(a, ['image', 'paragraph'])
    await untilEqual(a, b)
    await expect.poll(() => isShown(b), PATIENT).toBe(true)
    const document = (await b.json()) as { content: { attrs: Record<string, unknown> }[] }
    expect(document.content[0]!.attrs['src']).toMatch(/^\/files\/[0-9a-f]{64}$/)
    expect(document.content[0]!.attrs['alt']).toBe('photo')
    expect(uploads).toHaveLength(1)
    const [folder] = await readdir(join(server.data, 'files'))
    const [hash] = await readdir(join(server.data, 'files', folder!))
    expect((await readFile(join(server.data, 'files', folder!, hash!))).toString('base64')).toBe(PNG)
    await a.page.locator('.ce-content img[src]').click()
    await a.page.getByRole('toolbar', { name: 'Image' }).getByRole('button', { name: 'Align center' }).click()
    await b.page.locator('.ce-content img[data-align=center]').waitFor()
  })

  it('[WR6] a picture dropped or chosen stands where it was meant to, also when somebody typed above meanwhile', async () => {
    const [a, b] = [await open('dropped'), await open('dropped')]
    await a.type('first\nsecond')
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    await a.page.route('**/api/files*', async (route) => {
      await held
      await route.continue()
    })
    const line = await a.page.locator('.ce-content p').first().boundingBox()
    await bring(a, [png('dropped.png')], { x: line!.x + 10, y: line!.y + line!.height / 2 })
    await a.page.getByText('dropped.png').waitFor()
    await b.caretToEndOfBlock(0)
    await b.press('Home')
    await b.type('above: ')
    await a.untilText('above: first\nsecond')
    release()
    await untilBlocks(a, ['paragraph', 'image', 'paragraph'])
    const choosing = a.page.waitForEvent('filechooser')
    await a.page.locator('.ce-toolbar [data-command=image]').click()
    await (await choosing).setFiles({ name: 'chosen.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') })
    await expect.poll(() => b.page.locator('.ce-content img[src]').count(), PATIENT).toBe(2)
  })

  it('[WR7] a failed upload says why, stays until it is dismissed, and works when it is tried again', async () => {
    const tab = await open('retry')
    let isDown = true
    await tab.page.route('**/api/files*', (route) => (isDown ? route.abort() : route.continue()))
    await bring(tab, [png()])
    const entry = tab.page.locator('.ce-upload')
    await entry.getByText('photo.png was not uploaded: the server cannot be reached.').waitFor()
    expect(await tab.page.locator('.ce-content img[src]').count()).toBe(0)
    isDown = false
    await entry.getByRole('button', { name: 'Try again' }).click()
    await untilBlocks(tab, ['image', 'paragraph'])
    await entry.waitFor({ state: 'detached' })
    tab.complaints.length = 0 // Chromium itself reports the request that failed
  })

  it('[WR7] what is too large or no picture is refused with the reason, and nothing is inserted', async () => {
    const tab = await open('refused')
    const large = Buffer.concat([Buffer.from(PNG, 'base64'), Buffer.alloc(30_000, 1)]).toString('base64')
    await bring(tab, [{ name: 'large.png', type: 'image/png', base64: large }, { name: 'false.png', type: 'image/png', base64: btoa('<svg>') }])
    const list = tab.page.locator('.ce-uploads')
    await list.getByText('large.png was not uploaded: it is larger than this server takes.').waitFor()
    await list.getByText('false.png was not uploaded: only PNG').waitFor()
    expect(await tab.text()).toBe('')
    await tab.page.getByRole('button', { name: 'Dismiss' }).first().click()
    await expect.poll(() => tab.page.locator('.ce-upload').count(), PATIENT).toBe(1)
    tab.complaints.length = 0
  })

  it('[WR8] no picture of an address that could do harm is shown, and none is in the document as data', async () => {
    const tab = await open('hostile')
    await tab.page.evaluate(() => window.cowrite!.editor!.commands.insertContent([
      { type: 'image', attrs: { src: 'data:image/svg+xml,<svg onload="alert(1)"/>' } },
      { type: 'image', attrs: { src: 'javascript:alert(1)' } },
    ]))
    await expect.poll(() => tab.page.locator('.ce-content img:not(.ProseMirror-separator)').count(), PATIENT).toBe(2)
    expect(await tab.page.locator('.ce-content img[src]').count()).toBe(0)
  })
})
