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
import type { Tab } from '../support/tab.js'

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

  it('[PG14] on the start page', async () => {
    const { page } = await open('from-here', colorScheme)
    await page.goto(server.url)
    await page.getByRole('heading').first().waitFor()
    expect(await faults(page)).toEqual([])
  })
})
