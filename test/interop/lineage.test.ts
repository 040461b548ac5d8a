/** Nothing comes twice and nothing comes back: real clients of every kind, over real sockets and a real disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CowriteProvider } from '@cowrite/client'
import { type RunningServer, startServer } from '@cowrite/server'
import { expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import type * as Y from 'yjs'
import { logLines } from '../support/log-lines.js'
import { agreement, allSynced, type Client, connect, eventually, KINDS } from './support/clients.js'

vi.setConfig({ testTimeout: 90_000 })

const WELCOME = 'Welcome to this document!'
const RESTARTS = process.env['COWRITE_LONG'] ? 20 : 2

interface Place {
  server: RunningServer
  restart(): Promise<void>
}

async function place(): Promise<Place> {
  const data = mkdtempSync(join(tmpdir(), 'cowrite-lineage-'))
  const start = (port: number) => startServer({ port, data, stopGraceMs: 1_000 }, { log: logLines() })
  const here: Place = {
    server: await start(0),
    async restart() {
      const { port } = here.server
      await here.server.close()
      here.server = await start(port)
    },
  }
  onTestFinished(async () => {
    await here.server.close()
    rmSync(data, { recursive: true, force: true })
  })
  return here
}

function provide(url: string): CowriteProvider {
  const provider = new CowriteProvider({ server: url, doc: 'doc', WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket })
  onTestFinished(() => provider.destroy())
  return provider
}

const textOf = (ydoc: Y.Doc): string => ydoc.getText('text').toString()

/** Resolves when the last close of each of these had this code; stock clients before 3 come back all the same, and are closed again. */
const closedWith = (clients: readonly Client[], code: number): Promise<void> =>
  eventually(() => expect(clients.map(({ closeCodes }) => closeCodes.at(-1))).toEqual(clients.map(() => code)))

it('[IN10] 50 clients that open an empty document at once, each with the same content for it, have it once', async () => {
  const { server } = await place()
  const providers = Array.from({ length: 50 }, () => provide(server.url))
  const taken = await Promise.all(providers.map((provider) => provider.seed((ydoc) => ydoc.getText('text').insert(0, WELCOME))))
  expect(taken.filter(Boolean)).toHaveLength(1)
  await eventually(() => expect(new Set(providers.map(({ ydoc }) => textOf(ydoc)))).toEqual(new Set([WELCOME])))
})

it(`[IN11] ${RESTARTS} restarts under 20 clients of every kind leave the content byte for byte, once`, async () => {
  const here = await place()
  const clients = Array.from({ length: 20 }, (_, id) => connect(KINDS[id % KINDS.length] ?? 'cowrite', here.server.url, 'doc'))
  await allSynced(clients)
  clients[0]?.text.insert(0, WELCOME)
  await agreement(clients, (text) => text === WELCOME)
  for (let round = 0; round < RESTARTS; round++) {
    await here.restart()
    await allSynced(clients)
    expect(await agreement(clients, (text) => text.length > 0)).toBe(WELCOME)
  }
  const late = connect('y-websocket 3', here.server.url, 'doc')
  await allSynced([late])
  expect(await agreement([late, ...clients], () => true)).toBe(WELCOME)
})

it('[IN12] a document that is wiped and seeded anew while all kinds hold the old one, online and offline, has the new content alone', async () => {
  const { server } = await place()
  const clients = [...KINDS, ...KINDS].map((kind) => connect(kind, server.url, 'doc'))
  const [online, offline] = [clients.slice(0, 4), clients.slice(4)]
  const own = provide(server.url)
  await own.whenSynced()
  await allSynced(clients)
  online[0]?.text.insert(0, 'the old content')
  await agreement(clients, (text) => text === 'the old content')
  await eventually(() => expect(textOf(own.ydoc)).toBe('the old content'))
  for (const client of offline) client.disconnect()
  own.disconnect()
  await eventually(() => expect(offline.some((client) => client.isSynced())).toBe(false))
  for (const { text } of offline) text.insert(0, 'typed offline: ')
  own.ydoc.getText('text').insert(0, 'mine: ')

  await server.rooms.erase('doc')
  await closedWith(online, 4404)
  await server.rooms.create('doc')
  const seeder = provide(server.url)
  expect(await seeder.seed((ydoc) => ydoc.getText('text').insert(0, WELCOME))).toBe(true)

  for (const client of clients) client.connect()
  own.connect()
  await closedWith(clients, 4409)
  await eventually(() => expect(own.status.refusal?.replaced).toBe(true))
  const [copy] = await own.setAside()
  expect(copy?.changes).toBe(1)
  const late = connect('y-websocket 3', server.url, 'doc')
  await allSynced([late])
  expect([late.text.toString(), textOf(seeder.ydoc)]).toEqual([WELCOME, WELCOME])
  for (const { text } of clients) expect(text.toString()).not.toContain(WELCOME)
})
