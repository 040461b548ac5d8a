/**
 * Clients whose network is gone without a goodbye: nothing arrives any more, and no end either.
 *
 * Proves rules PR7, PR8, CL56 and CL57: on the virtual world, where 8 hours take no time, and through a real proxy
 * that stops forwarding and closes nothing.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { CowriteProvider } from '@cowrite/client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import * as Y from 'yjs'
import { PATIENCE } from '../support/patience.js'
import { World } from '../support/room-world.js'
import { useServers } from '../support/running-server.js'

const start = useServers()

const HOUR_MS = 3_600_000

function newWorld(): World {
  const world = new World()
  onTestFinished(() => world.end())
  return world
}

describe('on the virtual world', () => {
  it('[PR7] a half-open connection has no caret at the others after 35 s, and what it had saved stays', async () => {
    const world = newWorld()
    const reader = await world.newcomer()
    const ghost = world.peer()
    const socket = await world.join(ghost)
    ghost.awareness.setLocalState({ name: 'ghost' })
    ghost.type(0, 'before')
    await world.settle()
    expect(reader.sees).toEqual([ghost.client])
    socket.die()
    ghost.type(6, ' and after')
    await world.pass(25_000)
    expect(reader.sees).toEqual([ghost.client])
    await world.pass(10_000)
    expect(reader.sees).toEqual([])
    expect(world.connections.size).toBe(1)
    expect(reader.reads).toBe('before')
    expect(reader.isConnected).toBe(true)
  })

  it('[PR8] a client that slept for 8 hours brings its edits, once each, and was not seen meanwhile', async () => {
    const world = newWorld()
    const reader = await world.newcomer()
    const sleeper = world.peer()
    const socket = await world.join(sleeper)
    sleeper.awareness.setLocalState({ name: 'sleeper' })
    sleeper.type(0, 'saved ')
    await world.settle()
    socket.die()
    sleeper.type(6, 'unsaved ')
    sleeper.erase(0, 1)
    await world.pass(35_000)
    // What its own side still sends on the dead link, and what the others write, changes nothing of that.
    for (let hour = 0; hour < 8; hour++) {
      reader.type(reader.reads.length, `[${hour}]`)
      await world.pass(HOUR_MS)
      expect(reader.sees).toEqual([])
    }
    expect((await world.stored()).getText('text').toString()).not.toContain('unsaved')
    socket.abandon()
    await world.join(sleeper)
    // What y-protocols' timer does within 3 s of waking, since the state is older than 15 s.
    sleeper.awareness.setLocalState(sleeper.awareness.getLocalState())
    const question = sleeper.ask()
    await world.pass(1_000)
    expect(sleeper.saved).toContain(question)
    // Both wrote at the same place: Yjs orders them by their client ids, which are drawn.
    expect(['aved unsaved [0][1][2][3][4][5][6][7]', 'aved [0][1][2][3][4][5][6][7]unsaved ']).toContain(sleeper.reads)
    expect(reader.reads).toBe(sleeper.reads)
    expect((await world.stored()).getText('text').toString()).toBe(sleeper.reads)
    expect(reader.sees).toEqual([sleeper.client])
    expect(world.connections.size).toBe(2)
  })
})

/** A proxy whose forwarding can be stopped: of the connections there are then, nothing passes and nothing is closed. */
async function proxyTo(port: number): Promise<{ port: number; stall(): void }> {
  const sockets = new Set<Socket>()
  const proxy = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from)
      from.on('data', (bytes) => to.write(bytes))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  return {
    port: (proxy.address() as AddressInfo).port,
    stall: () => sockets.forEach((socket) => socket.pause()),
  }
}

describe('through a real proxy', () => {
  it('[CL56] [CL57] who types into a dead link is shown at once that it is not saved, and within 10 s that it is dead; then it arrives another way', async () => {
    const server = await start()
    const proxy = await proxyTo(Number(new URL(server.url).port))
    const [writer, reader] = [proxy.port, Number(new URL(server.url).port)].map((port) => {
      const provider = new CowriteProvider({
        server: `http://127.0.0.1:${port}`, doc: 'story', ydoc: new Y.Doc(), WebSocketPolyfill: NodeWebSocket as unknown as typeof WebSocket,
      })
      onTestFinished(() => provider.destroy())
      return provider
    }) as [CowriteProvider, CowriteProvider]
    await Promise.all([writer.whenSynced(), reader.whenSynced()])
    const text = writer.ydoc.getText('text')
    text.insert(0, 'alive')
    await writer.flush()
    expect(writer.status).toMatchObject({ connection: 'connected', save: 'saved' })

    const shown = new Set<string>()
    writer.onStatus(({ save, connection }) => shown.add(`${connection} ${save}`))
    proxy.stall()
    text.insert(5, ' and typed into nothing')
    await vi.waitFor(() => expect(writer.status).toMatchObject({ save: 'unsaved', unsaved: 1 }), { timeout: 4_000 * PATIENCE, interval: 20 })
    expect(reader.ydoc.getText('text').toString()).toBe('alive')
    await vi.waitFor(() => expect(shown).toContain('offline unsaved'), { timeout: 10_000 * PATIENCE, interval: 20 })
    expect([...shown].slice(0, 3)).toEqual(['connected saving', 'connected unsaved', 'offline unsaved'])

    // The proxy lets new connections through.
    await vi.waitFor(() => expect(reader.ydoc.getText('text').toString()).toBe('alive and typed into nothing'), { timeout: 10_000 * PATIENCE })
    await writer.flush()
    expect(writer.status).toMatchObject({ connection: 'connected', save: 'saved', unsaved: 0 })
  })
})
