/**
 * What axe says of the pages, in the states in which people meet them.
 *
 * Proves PG14.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useBrowser } from '../support/browser.js'
import { People } from '../support/people.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import type { Tab } from '../support/tab.js'

/** WCAG 2.0, 2.1 and 2.2, levels A and AA. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

const people = new People(useBrowser())
let server: ServerProcess
let axe: string

beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  server = await startServerProcess()
})
afterAll(() => server.remove())
afterEach(() => people.leave())

/** What axe finds wrong, a line each. */
async function faults(page: Page): Promise<string[]> {
  // Evaluated through the debugger: a script element would be stopped by the page's own policy.
  await page.evaluate(axe)
  const { violations, passes } = await page.evaluate(
    (values): Promise<AxeResults> => (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(document, { runOnly: { type: 'tag', values } }),
    RULES,
  )
  expect(passes.length).toBeGreaterThan(5)
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
}

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
