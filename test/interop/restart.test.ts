/** The server is killed and comes back: everybody returns, with what they typed meanwhile, and nothing saved is missing. */
import { CowriteProvider } from '@cowrite/client'
import { expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startServerProcess } from '../support/server-process.js'
import { agreement, allSynced, connect, eventually, KINDS } from './support/clients.js'

// Each test starts the server several times, which takes its time on a machine that does other things as well.
vi.setConfig({ testTimeout: 90_000 })

async function startServer() {
  const server = await startServerProcess({ flags: ['--log-level', 'error'] })
  onTestFinished(() => server.remove())
  return server
}

it('[IN6] all kinds reconnect after kill -9 and bring what they typed meanwhile', async () => {
  const server = await startServer()
  const clients = KINDS.map((kind) => connect(kind, server.url, 'doc'))
  await allSynced(clients)
  for (const { text, kind } of clients) text.insert(0, `<${kind} before>`)
  await agreement(clients, (text) => KINDS.every((kind) => text.includes(`<${kind} before>`)))
  await server.kill()
  await eventually(() => {
    for (const client of clients) expect(client.isSynced()).toBe(false)
  })
  for (const { text, kind } of clients) text.insert(0, `<${kind} meanwhile>`)
  await server.start()
  const joiner = connect('y-websocket 3', server.url, 'doc')
  await agreement([...clients, joiner], (text) =>
    KINDS.every((kind) => text.includes(`<${kind} before>`) && text.includes(`<${kind} meanwhile>`)),
  )
})

it('[IN7] what flush has confirmed is there after kill -9', async () => {
  const server = await startServer()
  const writer = new CowriteProvider({
    server: server.url,
    doc: 'doc',
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
  })
  const text = writer.ydoc.getText('text')
  let saved = ''
  for (let round = 0; round < 3; round++) {
    for (const letter of `round ${round};`) text.insert(text.length, letter)
    await writer.flush()
    expect(writer.status).toMatchObject({ connection: 'connected', save: 'saved', unsaved: 0 })
    saved = text.toString()
    if (round < 2) await server.restart()
  }
  // The writer is gone before the server comes back: only the disk can know.
  await writer.destroy()
  await server.restart()
  const joiner = connect('cowrite', server.url, 'doc')
  await allSynced([joiner])
  expect(joiner.text.toString()).toBe(saved)
})

it('[IN7] while the server is down nothing is said to be saved', async () => {
  const server = await startServer()
  const writer = new CowriteProvider({
    server: server.url,
    doc: 'doc',
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
  })
  onTestFinished(() => writer.destroy())
  await writer.whenSynced()
  await server.kill()
  await eventually(() => expect(writer.status.connection).toBe('offline'))
  const words: string[] = []
  const leave = writer.onStatus(({ save }) => words.push(save))
  writer.ydoc.getText('text').insert(0, 'kept in memory')
  expect(words).toEqual(['unsaved'])
  leave()
  await server.start()
  await writer.flush()
  expect(writer.status.save).toBe('saved')
})
