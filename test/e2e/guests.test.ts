/**
 * Others in the editor's document: stock clients of all versions, and one that sends rubbish.
 *
 * Proves EE9 to EE11 with real pages, real sockets and the real server.
 */
import { CONTENT_FIELD } from '@cowrite/editor/schema'
import { encodeAwareness, encodeUpdate } from '@cowrite/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Client, connect, STOCK_KINDS } from '../interop/support/clients.js'
import { useBrowser } from '../support/browser.js'
import { People } from '../support/people.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { startSite } from '../support/site.js'
import { PATIENT, type Tab } from '../support/tab.js'
import { Typist } from '../support/typist.js'
import * as Y from 'yjs'

const browser = useBrowser()
const people = new People(browser)
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess()
})
afterAll(() => server.remove())
// [EE11] after every test: it fails when a console complained.
afterEach(() => people.leave())

const open = async (document: string): Promise<Tab> => (await people.come()).open(server, document)

const VERSIONS = ['v1', 'v2', 'v3'] as const

describe('guests of the editor', { timeout: 90_000 }, () => {
  it('[EE9] stock clients of three versions, in a browser page and in Node, share its document', async () => {
    const document = 'shared/with everybody'
    const tab = await open(document)
    const site = await startSite(`import './stock-page.js'`)
    onTestFinished(() => site.close())
    const stockPage = await browser().newPage()
    onTestFinished(() => stockPage.close())
    const complaints: string[] = []
    stockPage.on('console', (message) => complaints.push(message.text()))
    stockPage.on('pageerror', (error) => complaints.push(String(error)))
    await stockPage.goto(site.url)
    for (const version of VERSIONS) {
      await stockPage.evaluate(([name, url, doc, field]) => window.stock?.join(name, url, doc, field),
        [version, server.webSocketUrl, document, CONTENT_FIELD] as const)
    }
    const inNode = STOCK_KINDS.map((kind) => connect(kind, server.url, document))

    await tab.caretToEndOfBlock(0)
    await tab.type('from the editor')
    const lines = ['from the editor']
    const everywhere = async (): Promise<string[]> => {
      const inPage = await Promise.all(VERSIONS.map((version) => stockPage.evaluate((name) => window.stock?.read(name) ?? '', version)))
      return [...new Set([...inPage, ...inNode.map(contentOf)])]
    }
    const settle = async (): Promise<void> => {
      await tab.untilText(lines.join('\n'))
      const xml = lines.map((line) => `<paragraph>${line}</paragraph>`).join('')
      await expect.poll(everywhere, PATIENT).toEqual([xml])
    }
    await settle()
    for (const version of VERSIONS) {
      await stockPage.evaluate((name) => window.stock?.write(name, `from a page with ${name}`), version)
      lines.push(`from a page with ${version}`)
      await settle()
    }
    for (const client of inNode) {
      const paragraph = new Y.XmlElement('paragraph')
      paragraph.insert(0, [new Y.XmlText(`from ${client.kind} in Node`)])
      const fragment = client.ydoc.getXmlFragment(CONTENT_FIELD)
      fragment.insert(fragment.length, [paragraph])
      lines.push(`from ${client.kind} in Node`)
      await settle()
    }
    await tab.untilStatus('Saved')
    expect(complaints).toEqual([])
  })

  it('[EE10] a client with malformed frames is turned away; the tabs beside it notice nothing', async () => {
    const document = 'beside rubbish'
    const [a, b] = [await open(document), await open(document)]
    await a.caretToEndOfBlock(0)
    await a.type('calm ')
    await b.untilText('calm ')
    await a.untilStatus('Saved')
    const words = [await a.watchStatus(), await b.watchStatus()]
    const rubbish: [string, Uint8Array][] = [
      ['no message', new Uint8Array([99, 1, 2])],
      ['a truncated frame', new Uint8Array([0, 2, 200, 1, 1])],
      ['an empty frame', new Uint8Array(0)],
      ['an update of a struct of length 0', encodeUpdate(new Uint8Array([1, 1, 1, 0, 0, 0, 0]))],
      ['an update that claims 33 million structs', encodeUpdate(new Uint8Array([1, 0xff, 0xff, 0xff, 0x0f, 1, 0]))],
      ['an update that ends in the middle', encodeUpdate(Y.encodeStateAsUpdate(documentWithText()).subarray(0, 12))],
      ['awareness that is no JSON', encodeAwareness(new Uint8Array([1, 1, 1, 2, 0x7b, 0x7b]))],
    ]
    for (const [name, frame] of rubbish) {
      const guest = new Typist(server, document)
      await guest.synced
      guest.send(frame)
      expect((await guest.closed).code, name).toBe(4400)
    }
    await a.type('abc')
    await b.untilText('calm abc')
    await b.caretToEndOfBlock(0)
    await b.type('!')
    await a.untilText('calm abc!')
    await Promise.all([a.untilStatus('Saved'), b.untilStatus('Saved')])
    for (const seen of words) for (const text of await seen()) expect(text).toMatch(/^(Saved|Saving…)$/)
  })
})

const contentOf = ({ ydoc }: Client): string => ydoc.getXmlFragment(CONTENT_FIELD).toString()

function documentWithText(): Y.Doc {
  const doc = new Y.Doc()
  doc.getText().insert(0, 'some text')
  return doc
}
