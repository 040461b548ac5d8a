/** Clients that name the document schema they work with. */
import { readAccess, SCHEMA_ID, SCHEMA_VERSION } from '@cowrite/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { useServers } from '../support/running-server.js'

const startServer = useServers()
const open: WebsocketProvider[] = []
afterEach(() => open.splice(0).forEach((provider) => provider.destroy()))

const OLDER = `${SCHEMA_VERSION - 1}-00000000deadbeef`
const ACCESS = 105

interface Client {
  readonly ydoc: Y.Doc
  /** What the server told of this client's rights. */
  readonly told: ReturnType<typeof readAccess>[]
  text(): string
}

/** A stock client; with a schema it is one of ours as far as the server can see. */
async function connect(url: string, schema?: string): Promise<Client> {
  const ydoc = new Y.Doc()
  const provider = new WebsocketProvider(url.replace(/^http/, 'ws'), 'notes', ydoc, {
    WebSocketPolyfill: WebSocket as never,
    disableBc: true,
    ...(schema !== undefined && { params: { schema } }),
  })
  open.push(provider)
  const told: ReturnType<typeof readAccess>[] = []
  provider.messageHandlers[ACCESS] = (_encoder, decoder) => void told.push(readAccess(decoder))
  await new Promise<void>((resolve) => provider.once('sync', () => resolve()))
  return { ydoc, told, text: () => ydoc.getText('t').toJSON() }
}

const poll = { timeout: 10_000, interval: 10 }

describe('document schemas', () => {
  it('[SF1] who names the server’s schema, or none, may write and is told nothing', async () => {
    const { url } = await startServer()
    const [own, stock] = [await connect(url, SCHEMA_ID), await connect(url)]
    own.ydoc.getText('t').insert(0, 'own ')
    await expect.poll(stock.text, poll).toBe('own ')
    stock.ydoc.getText('t').insert(4, 'stock')
    await expect.poll(own.text, poll).toBe('own stock')
    expect([...own.told, ...stock.told]).toEqual([])
  })

  it('[SF2] who names another one reads, is told why it may not write, and changes no byte', async () => {
    const { url } = await startServer()
    const writer = await connect(url, SCHEMA_ID)
    writer.ydoc.getText('t').insert(0, 'whole')
    await expect.poll(async () => (await connect(url)).text(), poll).toBe('whole')
    const before = Y.encodeStateAsUpdate(writer.ydoc)
    const older = await connect(url, OLDER)
    expect(older.text()).toBe('whole')
    expect(older.told).toEqual([{ role: 'read', because: 'schema-outdated' }])
    older.ydoc.getText('t').delete(0, 5)
    older.ydoc.getText('t').insert(0, 'gone')
    await expect.poll(() => older.told.at(-1), poll).toEqual({ role: 'read', because: 'schema-outdated', denied: true })
    expect(Y.encodeStateAsUpdate((await connect(url)).ydoc)).toEqual(before)
    expect(Y.encodeStateAsUpdate(writer.ydoc)).toEqual(before)
    writer.ydoc.getText('t').insert(5, '!')
    await expect.poll(async () => (await connect(url)).text(), poll).toBe('whole!')
  })

  it('[SF3] a schema of COWRITE_SCHEMAS may write', async () => {
    const { url } = await startServer({ schemas: ['7-0123456789abcdef'] })
    const [host, other] = [await connect(url, '7-0123456789abcdef'), await connect(url)]
    host.ydoc.getText('t').insert(0, 'host')
    await expect.poll(other.text, poll).toBe('host')
    expect(host.told).toEqual([])
  })
})
