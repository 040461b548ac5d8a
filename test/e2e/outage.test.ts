/**
 * The server is killed, stuck, and away for a while, under the hands of people who type.
 *
 * Proves EE3 to EE6 and EE11: the words in the page tell the truth, and no edit is lost.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useBrowser } from '../support/browser.js'
import { People } from '../support/people.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { storedText } from '../support/stored-text.js'
import { type Tab, untilEqual } from '../support/tab.js'

const people = new People(useBrowser())
let server: ServerProcess

beforeEach(async () => {
  server = await startServerProcess()
})
// [EE11] after every test: it fails when a console complained.
afterEach(async () => {
  try {
    await people.leave()
  } finally {
    await server.remove()
  }
})

const open = async (document: string): Promise<Tab> => (await people.come()).open(server, document)

/** Resolves at the moment at which the client believes that everything is saved; the page's words come later. */
const untilClientSaysSaved = (tab: Tab): Promise<void> =>
  tab.page.evaluate(() => new Promise<void>((resolve) => {
    const provider = window.cowrite?.provider
    const look = (): void => {
      if (provider?.status.save === 'saved') resolve()
    }
    provider?.onStatus(look)
    look()
  }))

describe('a server that goes away', { timeout: 90_000 }, () => {
  it('[EE3] what the page calls saved is on the disk of a server killed in that moment', async () => {
    const tab = await open('saved')
    await tab.caretToEndOfBlock(0)
    let typed = ''
    for (const words of ['one ', 'two two ', 'x']) {
      await tab.type(words)
      typed += words
      await untilClientSaysSaved(tab)
      await server.kill('SIGKILL')
      expect(await storedText(server.data, 'saved')).toBe(`<paragraph>${typed}</paragraph>`)
      await server.start()
      await tab.untilStatus('Saved')
    }
  })

  it('[EE3] while the server is stuck nothing is called saved, and it is once the server goes on', async () => {
    const tab = await open('stuck')
    await tab.caretToEndOfBlock(0)
    await tab.type('before ')
    await tab.untilStatus('Saved')
    server.freeze()
    await tab.type('x')
    const words = await tab.watchStatus()
    await tab.type('while')
    await tab.untilStatus('Not saved yet: 6 changes')
    expect(await words()).not.toContain('Saved')
    expect(await words()).toContain('Saving…')
    server.thaw()
    await tab.untilStatus('Saved')
    await server.kill('SIGKILL')
    expect(await storedText(server.data, 'stuck')).toBe('<paragraph>before xwhile</paragraph>')
  })

  it('[EE4] offline tabs count what they hold, come back by themselves and bring it', async () => {
    const [a, b] = [await open('away'), await open('away')]
    await a.caretToEndOfBlock(0)
    await a.type('common. ')
    await b.untilText('common. ')
    await a.untilStatus('Saved')
    await b.caretToEndOfBlock(0)
    await server.kill('SIGKILL')
    await Promise.all([a.untilStatus('Offline'), b.untilStatus('Offline')])
    await a.type('from A. ')
    await a.untilStatus('Offline: 8 changes kept here')
    await b.type('y')
    await b.untilStatus('Offline: 1 change kept here')

    await server.start()
    await Promise.all([a.untilStatus('Saved'), b.untilStatus('Saved')])
    await untilEqual(a, b)
    const text = await a.text()
    expect(text).toMatch(/^common\. /)
    expect(text).toContain('from A. ')
    expect(text).toHaveLength('common. from A. y'.length)
    await server.kill('SIGKILL')
    expect(await storedText(server.data, 'away')).toBe(`<paragraph>${text}</paragraph>`)
  })

  it('[EE4] the server is killed and restarted while both type', async () => {
    const [a, b] = [await open('typing-on'), await open('typing-on')]
    await a.caretToEndOfBlock(0)
    await a.type('START ')
    await b.untilText('START ')
    await b.caretToEndOfBlock(0)
    const [ofA, ofB] = ['abcdefghij'.repeat(20), '0123456789'.repeat(20)]
    await Promise.all([a.type(ofA), b.type(ofB), server.restart()])
    await Promise.all([a.untilStatus('Saved'), b.untilStatus('Saved')])
    await untilEqual(a, b)
    const text = await a.text()
    expect(text.replaceAll(/[^a-j]/g, '')).toBe(ofA)
    expect(text.replaceAll(/\D/g, '')).toBe(ofB)
    await server.kill('SIGKILL')
    expect(await storedText(server.data, 'typing-on')).toBe(`<paragraph>${text}</paragraph>`)
  })

  it('[EE5] what a tab held when it was closed offline arrives when the document is opened there again', async () => {
    const [personA, b] = [await people.come(), await open('closed')]
    const a = await personA.open(server, 'closed')
    await a.caretToEndOfBlock(0)
    await a.type('before. ')
    await a.untilStatus('Saved')
    await b.untilText('before. ')
    await server.kill('SIGKILL')
    await a.untilStatus('Offline')
    await a.type('offline.')
    await a.untilStatus('Offline: 8 changes kept here')
    await a.page.close()

    await server.start()
    await b.untilStatus('Saved')
    expect(await b.text()).toBe('before. ')
    const again = await personA.open(server, 'closed')
    await Promise.all([again.untilText('before. offline.'), b.untilText('before. offline.')])
    await again.untilStatus('Saved')
  })

  it('[EE6] the browser asks before it closes a tab only while something is unsaved', async () => {
    const saved = await open('closing')
    await saved.caretToEndOfBlock(0)
    await saved.type('typed and saved')
    await saved.untilStatus('Saved')
    const asked: string[] = []
    saved.page.on('dialog', (dialog) => {
      asked.push(dialog.type())
      void dialog.accept()
    })
    const closed = saved.page.waitForEvent('close')
    await saved.page.close({ runBeforeUnload: true })
    await closed
    expect(asked).toEqual([])

    const unsaved = await open('closing')
    await unsaved.caretToEndOfBlock(0)
    server.freeze()
    await unsaved.type(' and not saved')
    await unsaved.untilStatus(/^(Saving…|Not saved yet)/)
    const question = unsaved.page.waitForEvent('dialog')
    await unsaved.page.close({ runBeforeUnload: true })
    const dialog = await question
    expect(dialog.type()).toBe('beforeunload')
    await dialog.dismiss()
    server.thaw()
    await unsaved.untilStatus('Saved')
    expect(await unsaved.text()).toBe('typed and saved and not saved')
  })
})
