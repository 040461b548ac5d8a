/** Edits outlive everything between the keyboard and the server's disk: drops, reloads, closed tabs. */
import { CowriteProvider } from '@cowrite/client'
import { type RunningServer, startServer } from '@cowrite/server'
import * as prng from 'lib0/prng'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { eventuallyKept, useFakeStorage } from '../client/support/storage.js'
import { allSynced, connect, eventually } from './support/clients.js'

useFakeStorage()

let server: RunningServer
beforeAll(async () => {
  server = await startServer({ port: 0, ephemeral: true, logLevel: 'silent' })
})
afterAll(() => server.close())

/** A visit to the document; its network can be cut. */
class Visit {
  readonly #sockets = new Set<NodeWebSocket>()
  readonly provider: CowriteProvider

  constructor(doc: string, online: boolean) {
    const sockets = this.#sockets
    class Cuttable extends NodeWebSocket {
      constructor(...args: ConstructorParameters<typeof NodeWebSocket>) {
        super(...args)
        sockets.add(this)
      }
    }
    const WebSocketPolyfill = Cuttable as unknown as typeof WebSocket
    this.provider = new CowriteProvider({ server: server.url, doc, connect: online, WebSocketPolyfill })
  }

  get text() {
    return this.provider.ydoc.getText('text')
  }

  /** The network goes, without a goodbye. What was written to the socket may or may not have left. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate()
    this.#sockets.clear()
  }
}

it('[IN9] what was typed offline and left in a closed tab arrives with the next visit', async () => {
  const stock = connect('y-websocket 3', server.url, 'offline')
  stock.text.insert(0, 'the base')
  const first = new Visit('offline', true)
  await first.provider.whenSynced()
  await eventually(() => expect(first.text.toString()).toBe('the base'))
  first.provider.disconnect()
  first.text.insert(4, 'very ')
  first.text.delete(0, 3)
  await first.provider.destroy()
  await eventuallyKept(2)
  expect(stock.text.toString()).toBe('the base')

  const second = new Visit('offline', true)
  onTestFinished(() => second.provider.destroy())
  await second.provider.flush()
  expect(second.text.toString()).toBe(' very base')
  await eventually(() => expect(stock.text.toString()).toBe(' very base'))
  await eventuallyKept(0)
})

it('[IN9] over many visits with random cuts and reloads not one character is lost or doubled', async () => {
  const long = process.env['COWRITE_LONG'] === '1'
  const seed = Number(process.env['COWRITE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  const random = prng.create(seed)
  console.log(`cuts and reloads: seed ${seed}`)
  const stock = connect('y-websocket 3', server.url, 'cuts')
  await allSynced([stock])
  let visit = new Visit('cuts', true)
  onTestFinished(() => visit.provider.destroy())
  const typed: string[] = []
  for (let cycle = 0; cycle < (long ? 1_000 : 80); cycle++) {
    for (let at = prng.int32(random, 1, 4); at > 0; at--) {
      const word = `${typed.length};`
      // At the start, so that no word lands within another.
      if (prng.bool(random)) visit.text.insert(0, word)
      else stock.text.insert(0, word)
      typed.push(word)
      if (prng.bool(random)) await new Promise(setImmediate)
    }
    const next = prng.int32(random, 0, 5)
    if (next === 0) visit.cut()
    else if (next === 1) visit.provider.disconnect()
    else if (next === 2) visit.provider.connect()
    else if (next === 3) {
      await visit.provider.destroy()
      visit = new Visit('cuts', prng.bool(random))
    } else if (next === 4 && prng.bool(random)) {
      visit.provider.connect()
      await visit.provider.flush()
    }
  }
  visit.provider.connect()
  await visit.provider.flush()
  const words = (text: string): string[] => text.match(/\d+;/g) ?? []
  const inOrder = [...typed].sort()
  await eventually(() => {
    expect(words(stock.text.toString()).sort()).toEqual(inOrder)
    expect(visit.text.toString()).toBe(stock.text.toString())
  })
  await eventuallyKept(0)
}, 120_000)
