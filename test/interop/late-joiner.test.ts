/** Who joins late has everything with the first step 2, however long the document takes to load. */
import { MemoryStorage, type Storage } from '@cowrite/persistence'
import { encodeStep1 } from '@cowrite/protocol'
import { type RunningServer, startServer } from '@cowrite/server'
import * as decoding from 'lib0/decoding'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { agreement, allSynced, connect, KINDS, type Kind } from './support/clients.js'

const start = async (storage?: Storage): Promise<RunningServer> => {
  const settings = { port: 0, ephemeral: true, logLevel: 'silent', unloadAfterMs: 0 } as const
  const server = await startServer(settings, storage ? { storage } : {})
  onTestFinished(() => void server.close())
  return server
}

/** Asks with a step 1 of its own, and returns the text of the first step 2 that comes. */
function firstStep2(server: RunningServer, name: string): Promise<string> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/${name}`)
  socket.binaryType = 'arraybuffer'
  socket.on('open', () => socket.send(encodeStep1(new Uint8Array([0]))))
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('message', (frame: ArrayBuffer) => {
      const decoder = decoding.createDecoder(new Uint8Array(frame))
      if (decoding.readVarUint(decoder) !== 0 || decoding.readVarUint(decoder) !== 1) return
      const ydoc = new Y.Doc()
      Y.applyUpdate(ydoc, decoding.readVarUint8Array(decoder))
      resolve(ydoc.getText('text').toString())
      socket.close()
    })
  })
}

/** What a client of this kind holds at the moment at which it says that it is synced. */
async function textWhenSynced(kind: Kind, server: RunningServer, name: string): Promise<string> {
  const client = connect(kind, server.url, name)
  await allSynced([client])
  return client.text.toString()
}

async function writeSomething(server: RunningServer): Promise<string> {
  const writers = KINDS.map((kind) => connect(kind, server.url, 'doc'))
  await allSynced(writers)
  for (const { text, kind } of writers) for (const letter of `${kind};`) text.insert(text.length, letter)
  const text = await agreement(writers, (found) => KINDS.join(';').length + 1 === found.length)
  for (const writer of writers) writer.destroy()
  return text
}

describe('a late joiner', () => {
  it('[IN5] finds everything in its first step 2', async () => {
    const server = await start()
    const text = await writeSomething(server)
    expect(await firstStep2(server, 'doc')).toBe(text)
    for (const kind of KINDS) expect(await textWhenSynced(kind, server, 'doc')).toBe(text)
  })

  it('[IN5] also while the document takes its time to load: nothing comes before it is there', async () => {
    const storage = new MemoryStorage()
    const text = await writeSomething(await start(storage))
    // The same documents behind a storage whose loads wait for the test.
    let letGo: (() => void) | undefined
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    let loads = 0
    const slow = new Proxy<Storage>(storage, {
      get(target, property) {
        if (property === 'load') {
          return async (name: string) => {
            loads++
            await gate
            return target.load(name)
          }
        }
        const value: unknown = Reflect.get(target, property)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const server = await start(slow)
    const clients = KINDS.map((kind) => connect(kind, server.url, 'doc'))
    const raw = firstStep2(server, 'doc')
    await Promise.all(clients.map(({ sockets }) => new Promise((resolve) => sockets[0]?.once('open', resolve))))
    expect(loads).toBe(1)
    expect(clients.map((client) => client.isSynced())).toEqual(KINDS.map(() => false))
    letGo?.()
    expect(await raw).toBe(text)
    await allSynced(clients)
    for (const client of clients) expect(client.text.toString()).toBe(text)
  })
})
