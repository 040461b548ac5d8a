/**
 * Tiptap's own editor, y-websocket and carets, as from npm, on a server where people log in.
 *
 * Proves LG9 with the real packages in a page of another site.
 */
import { CONTENT_FIELD } from '@cowrite/editor/schema'
import type { Page } from 'playwright-core'
import { expect, it, onTestFinished } from 'vitest'
import { useLoginWorld } from '../support/login-world.js'
import { startSite } from '../support/site.js'
import { PATIENT, type Tab } from '../support/tab.js'
import { tokenOf } from '../support/tokens.js'

const { people, start, open } = useLoginWorld()

/** Names at the carets that this page shows. */
const stockCarets = (page: Page): Promise<string[]> => page.locator('.collaboration-carets__label').allTextContents()
const carets = (tab: Tab): Promise<string[]> => tab.page.locator('.ce-caret-label').allTextContents()

it('[LG9] log in by a parameter; a caret shows the name of the token, whatever name its editor claims', { timeout: 60_000 }, async () => {
  const { url } = await start()
  const site = await startSite(`import './stock-tiptap-page.js'`)
  onTestFinished(() => site.close())
  const join = async (token: string, user: Record<string, string>): Promise<Page> => {
    const { page } = await (await people.come()).tab()
    await page.goto(site.url)
    await page.evaluate(([server, ...rest]) => window.tiptap?.open(server, 'team/plan', ...rest), [url.replace('http', 'ws'), token, CONTENT_FIELD, user] as const)
    await page.waitForFunction(() => window.tiptap?.isSynced)
    return page
  }
  const ada = await join(tokenOf({ name: 'Ada Lovelace' }), { name: 'The Boss', color: '#b02a1e' })
  const grace = await join(tokenOf({ sub: 'grace', name: 'Grace' }), { name: 'Ada Lovelace', id: 'ada', color: '#2f5fd0' })
  const alan = await open('team/plan', tokenOf({ sub: 'alan', name: 'Alan' }))
  const write = async (page: Page, text: string): Promise<void> => {
    await page.bringToFront()
    await page.locator('.ProseMirror').click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type(text)
  }
  await write(ada, 'by Ada ')
  await alan.untilText('by Ada ')
  // Alan's stands where he came in: into an empty document one wants to type.
  await expect.poll(async () => (await stockCarets(grace)).sort(), PATIENT).toEqual(['Ada Lovelace', 'Alan'])
  await expect.poll(() => carets(alan), PATIENT).toEqual(['Ada Lovelace'])
  await write(grace, 'by Grace ')
  await alan.caretToEndOfBlock(0)
  await alan.untilText('by Ada by Grace ')
  await alan.type('by Alan')
  await expect.poll(async () => (await stockCarets(ada)).sort(), PATIENT).toEqual(['Alan', 'Grace'])
  await expect.poll(async () => (await carets(alan)).sort(), PATIENT).toEqual(['Ada Lovelace', 'Grace'])
  await expect.poll(() => ada.evaluate(() => window.tiptap?.text), PATIENT).toBe('by Ada by Grace by Alan')

  // Without a right to the document it comes to nothing, and the others notice nothing.
  const { page: eve } = await (await people.come()).tab()
  const closed = new Promise<void>((resolve) => eve.on('websocket', (socket) => socket.on('close', () => resolve())))
  await eve.goto(site.url)
  await eve.evaluate(([server, ...rest]) => window.tiptap?.open(server, 'team/plan', ...rest),
    [url.replace('http', 'ws'), tokenOf({ sub: 'eve', doc: 'other', role: 'write' }), CONTENT_FIELD, { name: 'Alan' }] as const)
  await closed
  expect(await eve.evaluate(() => window.tiptap?.isSynced)).toBe(false)
  expect((await stockCarets(ada)).sort()).toEqual(['Alan', 'Grace'])
})
