/**
 * Rules HS9 to HS11 and HS13 with clients that others wrote: a browser, `ws`, y-websocket, side by side in one
 * document with raw sockets that did and did not agree.
 */
import { once } from 'node:events'
import { encodeStep1, encodeUpdate } from '@cowrite/protocol'
import { WebSocket } from 'ws'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as Y from 'yjs'
import { useBrowser } from '../support/browser.js'
import { messageOf, shakeHandsCompressed } from '../support/deflate.js'
import { decodeServerFrame } from '../support/peer.js'
import { Opcode, RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'
import { startSite } from '../support/site.js'
import { StockClient } from '../support/stock-client.js'

const start = useServers()

const LONG = 'a sentence that is long enough to be compressed, and says it again. '.repeat(20)

/** Reads what a raw socket gets into a document until its text is this. @returns whether any of it came compressed */
async function readUntil(raw: RawSocket, text: string): Promise<boolean> {
  const doc = new Y.Doc()
  let anyCompressed = false
  raw.send(encodeStep1(Uint8Array.of(0)))
  while (doc.getText().toString() !== text) {
    const frame = await raw.nextFrame()
    if (frame.opcode !== Opcode.binary) continue
    anyCompressed ||= frame.compressed
    const { type, payload } = decodeServerFrame(messageOf(frame))
    if (type === 'update' || type === 'step2') Y.applyUpdate(doc, payload)
  }
  return anyCompressed
}

const textOf = (doc: Y.Doc, text: string): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => void (doc.getText().toString() === text && resolve())
    doc.on('update', look)
    look()
  })

describe('clients with and without compression in one document', () => {
  it('[HS10] [HS13] the client of `ws` sends and gets compressed messages', async () => {
    const { port } = await start()
    // Its threshold is 1 kB by default; 0 has it compress every message, as browsers do.
    const client = new WebSocket(`ws://127.0.0.1:${port}/mixed`, { perMessageDeflate: { threshold: 0 } })
    onTestFinished(() => client.terminate())
    await once(client, 'open')
    const [plain, agreed] = [await RawSocket.shakeHands(port, '/mixed'), await shakeHandsCompressed(port, '/mixed')]
    expect(client.extensions).toBe('permessage-deflate')
    const copy = new Y.Doc()
    client.on('message', (data: Buffer) => {
      const { type, payload } = decodeServerFrame(new Uint8Array(data))
      if (type === 'update') Y.applyUpdate(copy, payload)
    })
    const doc = new Y.Doc()
    doc.on('update', (update: Uint8Array) => client.send(encodeUpdate(update)))
    doc.getText().insert(0, LONG)
    for (let i = 0; i < 50; i++) doc.getText().insert(i, 'x')
    const whole = doc.getText().toString()
    await textOf(copy, whole)
    expect(await readUntil(plain, whole)).toBe(false)
    expect(await readUntil(agreed, whole)).toBe(true)
    plain.end()
    agreed.end()
  })

  it('[HS10] [HS13] stock y-websocket clients share the text, whether compression is on or off', async () => {
    for (const compression of ['on', 'off'] as const) {
      const { port } = await start({ compression })
      const server = { webSocketUrl: `ws://127.0.0.1:${port}` }
      const [writer, reader] = [new StockClient(server, 'stock'), new StockClient(server, 'stock')]
      await Promise.all([writer.synced(), reader.synced()])
      expect((writer.provider.ws as unknown as WebSocket).extensions).toBe(compression === 'on' ? 'permessage-deflate' : '')
      writer.text.insert(0, LONG)
      writer.text.insert(10, 'and a little more')
      await textOf(reader.doc, writer.text.toString())
      writer.destroy()
      reader.destroy()
    }
  })
})

describe('a browser', () => {
  const browser = useBrowser()

  it('[HS9] [HS10] [HS13] agrees, and shares long and short texts with others', { timeout: 60_000 }, async () => {
    const { port } = await start()
    const url = `ws://127.0.0.1:${port}`
    const site = await startSite(`import './stock-page.js'`)
    onTestFinished(() => site.close())
    const page = await browser().newPage()
    onTestFinished(() => page.close())
    await page.goto(site.url)
    const agreed = await page.evaluate((address) => new Promise<string>((resolve) => {
      const socket = new window.WebSocket(address)
      socket.addEventListener('open', () => {
        resolve(socket.extensions)
        socket.close()
      })
    }), `${url}/other`)
    expect(agreed.split('; ').sort()).toEqual(['client_no_context_takeover', 'permessage-deflate', 'server_no_context_takeover'])

    await page.evaluate((address) => window.stock?.join('v3', address, 'shared', 'page'), url)
    const guest = new StockClient({ webSocketUrl: url }, 'shared')
    onTestFinished(() => guest.destroy())
    await guest.synced()
    const fragment = guest.doc.getXmlFragment('page')
    const [fromPage, fromGuest] = [`page: ${LONG}`, `guest: ${LONG}`]
    await page.evaluate((text) => window.stock?.write('v3', text), fromPage)
    await expect.poll(() => fragment.toString()).toBe(`<paragraph>${fromPage}</paragraph>`)
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [new Y.XmlText(fromGuest)])
    fragment.insert(1, [paragraph])
    await page.waitForFunction((xml) => window.stock?.read('v3') === xml, fragment.toString())
    await page.evaluate(() => window.stock?.write('v3', 'short'))
    await expect.poll(() => fragment.toString()).toContain('<paragraph>short</paragraph>')
  })
})
