/**
 * Documents that are deleted, or replaced by another, under the hands of people who write.
 *
 * Proves EE13 and EE14: the page says what happened, keeps what was typed, and goes on with the new document by itself.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningServer, startServer } from '@cowrite/server'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { useBrowser } from '../support/browser.js'
import { logLines } from '../support/log-lines.js'
import { People } from '../support/people.js'
import type { Tab } from '../support/tab.js'

const people = new People(useBrowser())
let server: RunningServer
let data: string

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'cowrite-replaced-'))
  server = await startServer({ port: 0, data }, { log: logLines() })
})
afterEach(async () => {
  try {
    await people.leave()
  } finally {
    await server.close()
    rmSync(data, { recursive: true, force: true })
  }
})

const open = async (document: string): Promise<Tab> => (await people.come()).open(server, document)

/** The tab loses its connection, or has it again. */
const connection = (tab: Tab, wish: 'connect' | 'disconnect'): Promise<void> =>
  tab.page.evaluate((verb) => window.cowrite?.provider[verb](), wish)

/** The notice that the page shows about edits that could not be saved. */
const notice = (tab: Tab) => tab.page.locator('.ce-notice-aside')

async function typedOffline(document: string): Promise<Tab> {
  const tab = await open(document)
  await tab.caretToEndOfBlock(0)
  await tab.type('saved words')
  await tab.untilStatus('Saved')
  await connection(tab, 'disconnect')
  await tab.type(' and words of mine')
  await tab.untilStatus(/^Offline: \d+ changes kept here$/)
  return tab
}

/** The text of the file that the notice offers. */
async function downloaded(tab: Tab): Promise<string> {
  const [download] = await Promise.all([tab.page.waitForEvent('download'), notice(tab).getByText('Download').click()])
  expect(download.suggestedFilename()).toBe('unsaved changes.txt')
  return readFile(await download.path(), 'utf8')
}

it('[EE13] a replaced document opens by itself; what was typed and not saved can be had until it is discarded', { timeout: 60_000 }, async () => {
  const tab = await typedOffline('plan')
  await server.rooms.erase('plan')
  await server.rooms.create('plan')
  const other = await open('plan')
  await other.caretToEndOfBlock(0)
  await other.type('a new plan')
  await other.untilStatus('Saved')

  await connection(tab, 'connect')
  await tab.untilText('a new plan')
  await tab.untilStatus('Saved')
  expect(await notice(tab).innerText()).toContain('This document was replaced by another version.')
  if (process.env['COWRITE_SHOTS']) await tab.page.screenshot({ path: join(process.env['COWRITE_SHOTS'], 'replaced.png') })
  const file = await downloaded(tab)
  expect(file).toMatch(/^ and words of mine$/m)
  expect(file).toMatch(/^saved words and words of mine$/m)
  // Both write on in the new one.
  await tab.caretToEndOfBlock(0)
  await tab.type('!')
  await other.untilText('a new plan!')

  await tab.page.reload()
  await tab.ready()
  await notice(tab).getByText('Discard').click()
  expect(await notice(tab).isVisible()).toBe(true)
  await notice(tab).getByText('Discard for good').click()
  await notice(tab).waitFor({ state: 'hidden' })
})

it('[EE14] a deleted document says so and takes no more words; what was not saved can be had, and arrives if it is restored', { timeout: 60_000 }, async () => {
  const tab = await typedOffline('plan')
  await server.rooms.remove('plan')
  await connection(tab, 'connect')
  await tab.untilStatus('Not connected')
  expect(await tab.page.locator('.ce-notice').first().innerText()).toContain('This document was deleted.')
  expect(await notice(tab).innerText()).toContain('is kept in this browser')
  if (process.env['COWRITE_SHOTS']) await tab.page.screenshot({ path: join(process.env['COWRITE_SHOTS'], 'deleted.png') })
  expect(await downloaded(tab)).toMatch(/^ and words of mine$/m)
  expect(await tab.page.locator('.ce-content').getAttribute('contenteditable')).toBe('false')

  // Also for the next visit, which finds no text at all.
  await tab.page.reload()
  await notice(tab).waitFor()
  expect(await downloaded(tab)).toMatch(/^ and words of mine$/m)

  await server.rooms.undelete('plan')
  await connection(tab, 'connect')
  await tab.untilStatus('Saved')
  const other = await open('plan')
  await other.untilText('saved words and words of mine')
})
