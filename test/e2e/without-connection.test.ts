/**
 * The text before, and without, a live connection, and while the network comes and goes.
 *
 * Proves PG21 and PG26, and RP10 in the page.
 */
import { describe, expect, it } from 'vitest'
import { PATIENT, Tab, until } from '../support/tab.js'
import { useVisits } from '../support/visits.js'

const { open, people, server } = useVisits()

describe('without a connection', { timeout: 60_000 }, () => {
  it('[PG21] [RP10] a page whose WebSocket is blocked shows the text soon, to be read, and lets it be written once it is not', async () => {
    const writer = await open('blocked')
    await writer.type('# Title\nWritten before')
    await writer.untilStatus('Saved')
    const page = await (await people.come()).profile.newPage()
    let isBlocked = true
    await page.routeWebSocket(/.*/, (socket) => {
      if (isBlocked) void socket.close({ code: 1011 })
      else socket.connectToServer()
    })
    await page.goto(`${server().url}/d/blocked`)
    const text = page.locator('.ce-content')
    await text.getByText('Written before').waitFor()
    expect(await text.getAttribute('contenteditable')).toBe('false')
    await until(() => page.locator('.ce-status-text').innerText(), (words) => words === 'Reading only', 'the status')
    await page.getByText('There is no connection for writing yet').waitFor()
    isBlocked = false
    const tab = new Tab(page)
    await tab.ready()
    await tab.untilText('Title\nWritten before')
    await tab.caretToEndOfBlock(1)
    await tab.type(', and after')
    await writer.untilText('Title\nWritten before, and after')
    expect(await page.locator('.ce-content').count()).toBe(1)
  })

  it('[PG26] who comes back without any connection finds the document in this browser, writes on, and loses nothing', async () => {
    const [{ profile }, other] = [await people.come(), await open('returning')]
    const page = await profile.newPage()
    let isBlocked = false
    await page.routeWebSocket(/.*/, (socket) => {
      if (isBlocked) void socket.close({ code: 1011 })
      else socket.connectToServer()
    })
    await page.route(/\/api\//, (route) => (isBlocked ? route.abort() : route.continue()))
    const tab = new Tab(page)
    await tab.visit(server(), 'returning')
    await tab.type('# Title\nWritten before. ')
    await tab.untilStatus('Saved')
    await tab.page.evaluate(() => window.cowrite!.provider.disconnect())
    await tab.untilStatus('Offline')
    isBlocked = true
    await tab.type('On the way. ')
    await tab.untilStatus('Offline: 12 changes kept here')
    page.on('dialog', (dialog) => void dialog.accept())
    await page.reload()
    await tab.ready()
    await tab.untilText('Title\nWritten before. On the way. ')
    await tab.untilStatus('Offline: 12 changes kept here')
    expect(await page.locator('.ce-content').getAttribute('contenteditable')).toBe('true')
    await tab.caretToEndOfBlock(1)
    await tab.type('Later')
    await tab.untilStatus('Offline: 17 changes kept here')
    await page.reload()
    await tab.ready()
    await tab.untilText('Title\nWritten before. On the way. Later')
    await other.caretToEndOfBlock(0)
    await other.type('!')
    await other.untilStatus('Saved')
    isBlocked = false
    await tab.untilStatus('Saved')
    await Promise.all([tab.untilText('Title!\nWritten before. On the way. Later'), other.untilText('Title!\nWritten before. On the way. Later')])
  })

  it('[PG21] ten losses of the network leave the same text, its selection and what is typed', async () => {
    const tab = await open('flapping')
    await tab.type('one two three')
    await tab.untilStatus('Saved')
    await tab.page.evaluate(() => {
      const { editor } = window.cowrite!
      editor!.commands.setTextSelection({ from: 5, to: 8 })
      Object.assign(window, { before: editor!.view.dom })
    })
    for (let loss = 0; loss < 10; loss++) {
      await tab.page.evaluate(() => window.cowrite!.provider.disconnect())
      await until(() => tab.page.evaluate(() => window.cowrite!.provider.status.connection), (connection) => connection === 'offline', 'offline')
      await tab.page.evaluate(() => window.cowrite!.provider.connect())
      await until(() => tab.page.evaluate(() => window.cowrite!.provider.status.synced), Boolean, 'the connection')
    }
    const after = await tab.page.evaluate(() => {
      const { editor } = window.cowrite!
      const { from, to } = editor!.state.selection
      return { isSame: editor!.view.dom === (window as unknown as { before: Element }).before && editor!.view.dom.isConnected, from, to, editable: editor!.isEditable }
    })
    expect(after).toEqual({ isSame: true, from: 5, to: 8, editable: true })
    await tab.type('2')
    await tab.untilText('one 2 three')
    await expect.poll(() => tab.status(), PATIENT).toBe('Saved')
  })
})
