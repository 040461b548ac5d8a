/**
 * Being in a document with others: following them, and being left in peace by their edits.
 *
 * Proves FO1 to FO3.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
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

const open = async (document: string): Promise<Tab> => (await people.come()).open(server, document)
const scrolled = (tab: Tab): Promise<number> => tab.page.evaluate(() => Math.round(window.scrollY))

/** Two people in a document of several screens. */
async function openLong(document: string): Promise<[Tab, Tab]> {
  const a = await open(document)
  await a.page.evaluate(() => {
    const paragraphs = Array.from({ length: 80 }, (_, index) => ({ type: 'paragraph', content: [{ type: 'text', text: `Line ${index}` }] }))
    window.cowrite!.editor!.commands.insertContent(paragraphs)
  })
  await a.untilStatus('Saved')
  return [a, await open(document)]
}

describe('together', { timeout: 60_000 }, () => {
  it('[FO1] [FO2] following goes where the other one scrolls, and ends at the first own input', async () => {
    const [a, b] = await openLong('follow')
    await b.page.evaluate(() => window.scrollTo(0, 0))
    const name = await a.personName()
    await a.page.evaluate(() => window.scrollTo(0, 0))
    await b.page.getByRole('button', { name: `${name}. Follow` }).click()
    await b.page.getByText(`Following ${name}`).first().waitFor()
    await a.page.evaluate(() => window.scrollTo(0, 1200))
    await expect.poll(async () => Math.abs((await scrolled(b)) - 1200) < 120, PATIENT).toBe(true)
    await b.page.bringToFront()
    await b.page.mouse.move(400, 400)
    await b.page.mouse.wheel(0, -200)
    await b.page.locator('.ce-follow').waitFor({ state: 'hidden' })
    const at = await scrolled(b)
    await a.page.evaluate(() => window.scrollTo(0, 300))
    await a.caretToEndOfBlock(79)
    await a.type('!')
    await expect.poll(() => b.text(), PATIENT).toContain('!')
    expect(Math.abs((await scrolled(b)) - at)).toBeLessThanOrEqual(200)
    expect(await b.page.evaluate(() => window.cowrite!.provider.awareness.getLocalState()!['following'])).toBeNull()
  })

  it('[FO3] edits of others above move neither caret nor page nor focus', async () => {
    const [a, b] = await openLong('still')
    expect(await scrolled(b)).toBe(0) // opening a document shows its beginning
    const line = b.page.locator('.ce-content p', { hasText: /^Line 60$/ })
    await line.scrollIntoViewIfNeeded()
    await line.click()
    await b.press('End')
    const before = (await line.boundingBox())!.y
    await a.caretToEndOfBlock(0)
    // One after the other, so that each is shown by itself: neither rounding nor the browser's own anchoring may add up.
    await a.page.keyboard.type('x\n'.repeat(40), { delay: 15 })
    await expect.poll(() => b.text(), PATIENT).toMatch(/^Line 0x\n(x\n){39}\n/)
    expect(Math.abs((await line.boundingBox())!.y - before)).toBeLessThanOrEqual(2)
    await b.page.bringToFront()
    await b.type('!')
    await b.page.locator('.ce-content p', { hasText: /^Line 60!$/ }).waitFor()
    expect(await b.page.evaluate(() => document.activeElement?.classList.contains('ce-content'))).toBe(true)
  })
})
