/**
 * `<cowrite-editor>` on a server where people log in.
 *
 * Proves EM10 and EM18 with a real page, real tokens and the real server.
 */
import type { CowriteEditorElement } from '@cowrite/editor/element'
import { describe, expect, it } from 'vitest'
import { ICON, useEmbedder } from '../support/embedder.js'
import { PATIENT } from '../support/tab.js'
import { SECRET, tokenOf } from '../support/tokens.js'

const embedder = useEmbedder({ flags: ['--secret', SECRET] })

describe('<cowrite-editor> with a login', { timeout: 60_000 }, () => {
  it('[EM10] logs in with a token of the page, by property or attribute, and never has it in an address', async () => {
    const { open, serve, server } = embedder()
    const token = tokenOf()
    const { origin } = await serve({
      '/property': `<!doctype html>${ICON}<cowrite-editor doc="a" user-name="Ada"></cowrite-editor><script>
        window.asked = 0
        document.querySelector('cowrite-editor').getToken = async () => (window.asked += 1, '${token}')
      </script><script type="module" src="${server.url}/cowrite-editor.js"></script>`,
      '/attribute': `<!doctype html>${ICON}<script type="module" src="${server.url}/cowrite-editor.js"></script><cowrite-editor doc="a" token="${token}"></cowrite-editor>`,
    })
    const page = await open(`${origin}/property`)
    const addresses: string[] = []
    page.page.on('websocket', (socket) => addresses.push(socket.url()))
    await page.ready()
    await page.typeAtEnd('let in')
    await page.element().evaluate((element) => (element as CowriteEditorElement).flush())
    const asked = await page.page.evaluate(() => (window as unknown as { asked: number }).asked)
    expect(asked).toBeGreaterThan(0)
    const other = await open(`${origin}/attribute`)
    await expect.poll(() => other.text(), PATIENT).toBe('let in')
    for (const address of addresses) expect(address).not.toContain(token)
  })

  it('[EM18] signing out leaves nothing of the person in the browser: neither the element, nor words, nor documents', async () => {
    const { open, serve, server } = embedder()
    const { origin } = await serve({
      '/': `<!doctype html>${ICON}<script type="module" src="${server.url}/cowrite-editor.js"></script><cowrite-editor doc="b" token="${tokenOf()}"></cowrite-editor>`,
    })
    const page = await open(origin)
    await page.ready()
    await page.typeAtEnd('saved words')
    await page.element().evaluate((element) => (element as CowriteEditorElement).flush())
    const kept = (): Promise<number[]> => page.page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => Object.assign(indexedDB.open('cowrite-unsaved'), { onsuccess: (event: Event) => resolve((event.target as IDBOpenDBRequest).result) }))
      const names = ['updates', 'aside', 'documents']
      const transaction = database.transaction(names)
      const counts = await Promise.all(names.map((name) => new Promise<number>((resolve) => {
        const request = transaction.objectStore(name).count()
        request.addEventListener('success', () => resolve(request.result))
      })))
      database.close()
      return counts
    })
    await expect.poll(kept, PATIENT).toEqual([0, 0, 1])
    await page.element().evaluate((element) => {
      const editor = element as CowriteEditorElement
      editor.disconnect()
      editor.editor!.commands.insertContent('not saved')
      return editor.signOut()
    })
    expect(await kept()).toEqual([0, 0, 0])
    expect(await page.element().count()).toBe(0)
  })
})
