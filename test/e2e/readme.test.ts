/**
 * The examples of README.md, run as they stand but for the server's address.
 *
 * Proves EE12.
 */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { connect } from '../interop/support/clients.js'
import { useBrowser } from '../support/browser.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { startSite } from '../support/site.js'
import { PATIENT } from '../support/tab.js'

const browser = useBrowser()
let server: ServerProcess
let examples: string[]

beforeAll(async () => {
  server = await startServerProcess()
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  examples = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code?.replaceAll('ws://127.0.0.1:1234', server.webSocketUrl) ?? '')
})
afterAll(() => server.remove())

/** Opens a page of somebody else's site that runs this script; what its console says is collected. */
async function run(script: string, body = ''): Promise<{ page: Page; said: string[] }> {
  const site = await startSite(script, body)
  onTestFinished(() => site.close())
  const page = await browser().newPage()
  onTestFinished(() => page.close())
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(String(error)))
  await page.goto(site.url)
  return { page, said }
}

describe('the README', { timeout: 60_000 }, () => {
  it('[EE12] its example of a stock client syncs', async () => {
    const { said } = await run(examples[0] ?? '')
    await expect.poll(() => said, PATIENT).toEqual(['Hello '])
    const other = connect('y-websocket 3', server.url, 'meeting/notes')
    await expect.poll(() => other.ydoc.getText('content').toString(), PATIENT).toBe('Hello ')
  })

  it('[EE12] its example of the editor edits, and tells when all is saved', async () => {
    const { page, said } = await run(examples[1] ?? '', '<div id="editor"></div>')
    await page.locator('.ProseMirror').click()
    await page.keyboard.type('Embedded')
    await expect.poll(() => said.at(-1), PATIENT).toBe('connected saved 0')
    expect(await page.locator('.ProseMirror').innerText()).toContain('Embedded')
  })
})
