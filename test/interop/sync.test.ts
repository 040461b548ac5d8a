/** Stock clients of all versions and Cowrite's own, in one document of a real server. */
import { type RunningServer, startServer } from '@cowrite/server'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { agreement, allSynced, connect, eventually, KINDS, STOCK_KINDS } from './support/clients.js'

let server: RunningServer
beforeAll(async () => {
  server = await startServer({ port: 0, ephemeral: true, logLevel: 'silent' })
})
afterAll(() => server.close())

let documents = 0
const newName = (): string => `document-${++documents}`

describe('together', () => {
  it('[IN1] all kinds sync with each other in one document, typing at once in one place', async () => {
    const name = newName()
    const clients = [...KINDS, ...KINDS].map((kind) => connect(kind, server.url, name))
    await allSynced(clients)
    const rounds = 25
    for (let round = 0; round < rounds; round++) {
      for (const [at, { text }] of clients.entries()) {
        text.insert(Math.floor(text.length / 2), String(at))
        if (round % 5 === 4) text.delete(0, 1)
      }
      await new Promise(setImmediate) // let the network in between
    }
    const length = clients.length * rounds
    const text = await agreement(clients, (found) => found.length >= length - clients.length * 5)
    const kept = KINDS.map((_, at) => [...text].filter((letter) => Number(letter) % KINDS.length === at).length)
    for (const count of kept) expect(count).toBeGreaterThan(0)
  })

  it.each(STOCK_KINDS)('[IN2] %s never gets a message it does not know', async (kind) => {
    const complaints = vi.spyOn(console, 'error').mockReturnValue()
    onTestFinished(() => complaints.mockRestore())
    const name = newName()
    const stock = connect(kind, server.url, name)
    const cowrite = connect('cowrite', server.url, name)
    await allSynced([stock, cowrite])
    for (let at = 0; at < 20; at++) {
      cowrite.text.insert(0, 'c')
      stock.text.insert(0, 's')
    }
    await agreement([stock, cowrite], (text) => text.length === 40)
    expect(complaints).not.toHaveBeenCalled()
  })
})

describe.each(KINDS)('%s', (kind) => {
  it.each([
    ['one byte', 'x'],
    ['slashes', 'team/space/page'],
    ['slashes at both ends, and doubled', '/a//b/'],
    // Not at the end: a URL loses those, and stock clients do not encode the name.
    ['spaces', ' my  document'],
    ['Unicode', '문서/Größe/😀'],
    ['a percent sign', '100% sure %zz'],
    ['characters that mean something elsewhere', "a:b;c,d=e&f@g$h!i*j'k(l)m+n~o[p]q"],
    ['512 bytes', 'ä'.repeat(256)],
    ['512 bytes with slashes', 'ab/c'.repeat(128)],
  ])('[IN3] opens a document whose name has %s', async (_, name) => {
    const own = connect(kind, server.url, name)
    const other = connect(kind === 'cowrite' ? 'y-websocket 3' : 'cowrite', server.url, name)
    await allSynced([own, other])
    const mark = `${kind} in ${name.slice(0, 3)};`
    own.text.insert(0, mark)
    await agreement([own, other], (text) => text.includes(mark))
    expect([...server.rooms].map((room) => room.name)).toContain(name)
  })

  it('[IN3] opens a document whose name has a question mark and a hash, which stock clients leave to the app', async () => {
    const name = 'what? #1'
    const client = connect(kind, server.url, kind === 'cowrite' ? name : encodeURIComponent(name))
    await allSynced([client])
    expect([...server.rooms].map((room) => room.name)).toContain(name)
  })

  it('[IN4] sees the others, is seen by them, and is gone when it closes', async () => {
    const name = newName()
    const others = KINDS.map((other) => connect(other, server.url, name))
    const own = connect(kind, server.url, name)
    await allSynced([...others, own])
    for (const client of [...others, own]) client.awareness.setLocalState({ kind: client.kind })
    for (const client of [...others, own]) {
      await eventually(() => {
        for (const { awareness, kind: state } of [...others, own]) {
          expect(client.awareness.getStates().get(awareness.clientID)).toEqual({ kind: state })
        }
      })
    }
    own.destroy()
    for (const client of others) {
      await eventually(() => expect(client.awareness.getStates().has(own.awareness.clientID)).toBe(false))
      expect(client.awareness.getStates().size).toBe(others.length)
    }
  })
})

it('[IN4] Cowrite clients that come back are seen at once, and see the others', async () => {
  const name = newName()
  const cowrite = connect('cowrite', server.url, name)
  const others = STOCK_KINDS.map((kind) => connect(kind, server.url, name))
  await allSynced([cowrite, ...others])
  for (const client of [cowrite, ...others]) client.awareness.setLocalState({ kind: client.kind })
  const seesAll = (clients: typeof others) =>
    eventually(() => {
      for (const client of clients) expect(client.awareness.getStates().size).toBe(others.length + 1)
    })
  await seesAll([cowrite, ...others])
  cowrite.disconnect()
  await eventually(() => {
    for (const other of others) expect(other.awareness.getStates().has(cowrite.awareness.clientID)).toBe(false)
  })
  const start = performance.now()
  cowrite.connect()
  await seesAll([cowrite, ...others])
  // Without the client's own upkeep it is y-protocols' renewal that brings them back, after 15 s.
  expect(performance.now() - start).toBeLessThan(10_000)
})
