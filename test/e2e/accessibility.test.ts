/**
 * What axe says of the pages, in the states in which people meet them.
 *
 * Proves PG14.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { faults } from '../support/axe.js'
import { useBrowser } from '../support/browser.js'
import { People } from '../support/people.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { PATIENT, type Tab } from '../support/tab.js'

const people = new People(useBrowser())
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess()
})
afterAll(() => server.remove())
afterEach(() => people.leave())

async function open(document: string, colorScheme: 'light' | 'dark'): Promise<Tab> {
  const tab = await (await people.come()).open(server, document)
  await tab.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  return tab
}

const command = (tab: Tab, name: string) => tab.page.locator(`[data-command="${name}"]`).first()

describe.each(['light', 'dark'] as const)('in %s, axe finds nothing wrong', (colorScheme) => {
  it('[PG14] in an empty document, and with a menu or a dialog open', async () => {
    const tab = await open(`empty-${colorScheme}`, colorScheme)
    expect(await faults(tab.page)).toEqual([])
    await command(tab, 'style').click()
    expect(await faults(tab.page)).toEqual([])
    await tab.page.keyboard.press('Escape')
    await command(tab, 'link').click()
    await tab.page.getByRole('dialog').waitFor()
    expect(await faults(tab.page)).toEqual([])
  })

  it('[PG14] in a document with a heading, tasks, code and a table, with somebody else in it', async () => {
    const name = `full-${colorScheme}`
    const tab = await open(name, colorScheme)
    const other = await open(name, colorScheme)
    await tab.caretToEndOfBlock(0)
    await tab.type('# Plan\n[ ] a task\n\n```ts \nconst n = 1')
    await command(tab, 'table').waitFor()
    await tab.press('ControlOrMeta+Enter')
    await command(tab, 'table').click()
    await tab.page.locator('.ce-content table').waitFor()
    await other.page.locator('.ce-content table').waitFor()
    await other.caretToEndOfBlock(0)
    await tab.page.locator('.ce-caret-label').waitFor()
    expect(await faults(tab.page)).toEqual([])
  })

  it('[PG14] with the document menu, the dialogs of files, find, the outline, the slash menu and the bar over a selection', async () => {
    const tab = await open(`panels-${colorScheme}`, colorScheme)
    await tab.caretToEndOfBlock(0)
    await tab.type('## Part\nsome words')
    await tab.untilStatus('Saved')
    await command(tab, 'more').click()
    await tab.page.getByRole('menu').waitFor()
    expect(await faults(tab.page)).toEqual([])
    const choosing = tab.page.waitForEvent('filechooser')
    await tab.page.locator('[data-choice=import]').click()
    await (await choosing).setFiles({ name: 'broken.docx', mimeType: '', buffer: Buffer.from('x') })
    const dialog = tab.page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Import' }).click()
    await dialog.getByText('cannot be read').waitFor()
    expect(await faults(tab.page)).toEqual([])
    await tab.page.keyboard.press('Escape')
    await fetch(`${server.url}/api/documents/panels-${colorScheme}/restore-points`, { method: 'POST' })
    await command(tab, 'more').click()
    await tab.page.locator('[data-choice=restore-points]').click()
    await dialog.getByRole('listitem').first().waitFor()
    expect(await faults(tab.page)).toEqual([])
    await tab.page.keyboard.press('Escape')
    await command(tab, 'outline').click()
    await tab.press('Control+f')
    await tab.type('some')
    await tab.page.locator('.ProseMirror-active-search-match').waitFor()
    expect(await faults(tab.page)).toEqual([])
    await tab.press('Escape')
    await tab.page.locator('.ce-bubble-bar:not([hidden])').waitFor()
    expect(await faults(tab.page)).toEqual([])
    await tab.caretToEndOfBlock(1)
    await tab.type('\n/')
    await tab.page.getByRole('listbox').waitFor()
    expect(await faults(tab.page)).toEqual([])
  })

  it('[PG14] offline, read-only, refused, and without a connection at all', async () => {
    const name = `states-${colorScheme}`
    const tab = await open(name, colorScheme)
    await tab.caretToEndOfBlock(0)
    await tab.type('some words')
    await tab.untilStatus('Saved')
    await tab.page.evaluate(() => window.cowrite!.provider.disconnect())
    await tab.type('!')
    await tab.untilStatus(/Offline/)
    expect(await faults(tab.page)).toEqual([])
    await tab.page.evaluate(() => window.cowrite!.provider.connect())
    await tab.untilStatus('Saved')
    await tab.page.evaluate(() => (window.cowrite as unknown as { setEditable(is: boolean): void }).setEditable(false))
    await tab.untilStatus('Read only')
    expect(await faults(tab.page)).toEqual([])
    // Closed as by a server that will not have this connection, and as by something between that lets none through.
    for (const [code, words] of [[4403, 'Not connected'], [1011, 'Reading only']] as const) {
      const { page } = await open(`other-${colorScheme}`, colorScheme)
      await page.routeWebSocket(/.*/, (socket) => void socket.close({ code, reason: '' }))
      await page.goto(`${server.url}/d/${name}`)
      await expect.poll(() => page.locator('.ce-status-text').innerText(), PATIENT).toBe(words)
      expect(await faults(page)).toEqual([])
    }
  })

  it('[PG14] on the start page', async () => {
    const { page } = await open('from-here', colorScheme)
    await page.goto(server.url)
    await page.getByRole('heading').first().waitFor()
    expect(await faults(page)).toEqual([])
  })
})
