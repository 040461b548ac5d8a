/**
 * Rule OP3: what the log must not hold. Everything that can be logged is provoked, over real sockets.
 */
import { MemoryStorage } from '@cowrite/persistence'
import { FaultyStorage } from '@cowrite/persistence/contract'
import { encodeAwareness, encodeAwarenessStates, encodeUpdate } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { clientFrame, Opcode, RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'

const start = useServers()

const CONTENT = 'the-content-of-the-document'
const NAME = 'the-name-of-a-person'
const TOKEN = 'the-token-in-the-query'

describe('the log', () => {
  it('[OP3] holds no content and no query of a URL, whatever goes wrong', async () => {
    const storage = new FaultyStorage(new MemoryStorage())
    const { port, url, log } = await start({ maxMessageBytes: 4_096, compactAfterUpdates: 10 }, { storage })
    const doc = new Y.Doc()
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    for (let i = 0; i < 15; i++) doc.getMap(CONTENT).set(CONTENT, CONTENT + String(i))
    const update = updates[0] as Uint8Array
    const open = (): Promise<RawSocket> => RawSocket.shakeHands(port, `/minutes?token=${TOKEN}`)

    const author = await open()
    for (const each of updates) author.send(encodeUpdate(each))
    author.send(encodeAwareness(encodeAwarenessStates([{ client: 1, clock: 1, state: JSON.stringify({ user: NAME }) }])))
    await expect.poll(async () => (await storage.load('minutes'))?.snapshot?.through).toBeGreaterThan(9)

    const wrong = [
      encodeUpdate(update.subarray(0, update.length - 4)),
      Uint8Array.of(77, ...update),
      encodeAwareness(new TextEncoder().encode(NAME)),
      encodeUpdate(Y.encodeStateAsUpdate(doc)).subarray(0, 40),
    ]
    for (const bytes of wrong) {
      const raw = await open()
      raw.send(bytes)
      expect(await raw.closeCode()).toBe(4400)
    }
    const text = await open()
    text.write(clientFrame(Opcode.text, Buffer.from(CONTENT)))
    await text.closeCode()
    const large = await open()
    large.send(Buffer.alloc(5_000, CONTENT))
    await large.closeCode()
    const broken = await open()
    broken.write(clientFrame(Opcode.binary, Buffer.from(CONTENT), { masked: false }))
    await broken.closeCode()
    const query = `?token=${TOKEN}`
    for (const path of [`/%ff${query}`, `/${query}`]) await (await RawSocket.open(port)).request(path, { 'Sec-WebSocket-Version': '8' })
    for (const path of ['/', '/d/x', '/d/%ff', '/nothing', '/%']) await (await fetch(url + path + query)).arrayBuffer()

    storage.plan = ({ verb }) => (verb === 'append' || verb === 'load' ? { kind: 'fail' } : undefined)
    doc.getMap(CONTENT).set(CONTENT, 'last')
    author.send(encodeUpdate(updates.at(-1) as Uint8Array))
    await expect.poll(() => log.lines.some((line) => line.includes('saving failed'))).toBe(true)
    const other = await RawSocket.shakeHands(port, `/other${query}`)
    expect(await other.closeCode()).toBe(1013)
    storage.plan = () => undefined
    await expect.poll(() => log.lines.some((line) => line.includes('saving works again')), { timeout: 5_000 }).toBe(true)
    author.end()

    // Enough was provoked, and the lines say in which room.
    expect(log.lines.length).toBeGreaterThan(8)
    expect(log.lines.some((line) => line.includes('"room":"minutes"'))).toBe(true)
    const telling = log.lines.filter((line) => [CONTENT, NAME, TOKEN, 'token='].some((secret) => line.includes(secret)))
    expect(telling).toEqual([])
  })
})
