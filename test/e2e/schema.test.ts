/**
 * An editor whose schema is not the server's.
 *
 * Proves SF4.
 */
import { SCHEMA_ID } from '@cowrite/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useBrowser } from '../support/browser.js'
import { People } from '../support/people.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { PATIENT } from '../support/tab.js'

const people = new People(useBrowser())
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess()
})
afterAll(() => server.remove())
afterEach(() => people.leave())

describe('an older editor', { timeout: 60_000 }, () => {
  it('[SF4] shows the document, says that it may not change it and why, and changes no byte of it', async () => {
    const writer = await (await people.come()).open(server, 'newer')
    await writer.caretToEndOfBlock(0)
    await writer.type('Kept whole.')
    await writer.page.locator('[data-command=table]').click()
    await writer.untilStatus('Saved')
    const bytes = (tab: typeof writer): Promise<number[]> =>
      tab.page.evaluate(() => [...window.cowrite!.provider.ydoc.store.clients].map(([client, structs]) => client + structs.length))
    const before = await bytes(writer)
    const person = await people.come()
    // As if this page had been built before the schema grew: it says so when it connects.
    await person.profile.addInitScript((own) => {
      const Real = WebSocket
      window.WebSocket = class extends Real {
        constructor(url: string | URL, protocols?: string | string[]) {
          super(String(url).replace(own, '0-00000000deadbeef'), protocols)
        }
      }
    }, SCHEMA_ID)
    const older = await person.open(server, 'newer')
    await older.untilStatus('Read only')
    await older.page.getByText('not the one that the server works with').first().waitFor()
    expect(await older.page.locator('.ce-content').getAttribute('contenteditable')).toBe('false')
    expect(await older.text()).toContain('Kept whole.')
    await older.page.evaluate(() => window.cowrite!.provider.ydoc.getXmlFragment('default').delete(0, 1))
    await expect.poll(() => older.page.evaluate(() => window.cowrite!.provider.status.denied), PATIENT).toBe(true)
    expect(await writer.text()).toContain('Kept whole.')
    expect(await bytes(writer)).toEqual(before)
  })
})
