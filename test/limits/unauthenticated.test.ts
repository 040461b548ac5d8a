/**
 * Rules LM40 to LM45: what somebody costs of whom nothing is known yet.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { arrive, arriveWith } from '../security/support.js'
import { clientFrame, Opcode, RawSocket } from '../support/raw-socket.js'
import { World } from '../support/room-world.js'
import { useServers } from '../support/running-server.js'
import { SECRET, tokenOf } from '../support/tokens.js'

const start = useServers()

/** A backend that never says who may do what. */
let backend: Server | undefined
afterEach(() => {
  backend?.close()
  backend?.closeAllConnections()
  backend = undefined
})
async function silentBackend(): Promise<string> {
  const server = (backend = createServer(() => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/may`
}

/** Everything that comes until the server hangs up. */
async function answerTo(port: number, bytes: string): Promise<string> {
  const raw = await RawSocket.open(port)
  raw.write(Buffer.from(bytes, 'latin1'))
  return raw.everything()
}

describe('a request', () => {
  it('[LM40] with a head over the limit is answered with 431, one below it as ever', async () => {
    const { port } = await start({ maxHeaderBytes: 4_096 })
    const answer = await answerTo(port, `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(5_000)}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: 'header-too-large' })
    expect(await answerTo(port, `GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Long: ${'x'.repeat(3_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
    expect(await arrive(port, '/story', { 'X-Long': 'x'.repeat(5_000) }).catch((error: Error) => error.message)).toBe('refused with 431')
  })

  it('[LM40] a token of 8,192 bytes fits into the default', async () => {
    const { port } = await start({ secret: SECRET })
    const rights = Array.from({ length: 92 }, (_, i) => ({ document: `a document with a long name ${i}`, role: 'read' }))
    const token = tokenOf({ sub: 'ada', rights: [...rights, { document: 'story', role: 'write' }] })
    expect(token.length).toBeGreaterThan(7_000)
    expect(token.length).toBeLessThan(8_192)
    expect(await arriveWith(port, token)).toBe('step1')
  })

  it('[LM41] whose head does not come in time is answered with 408, also when nothing came at all', async () => {
    const { port } = await start({ headersTimeoutMs: 200 })
    const answers = await Promise.all([answerTo(port, ''), answerTo(port, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: '), answerTo(port, 'G')])
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 /)
      expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: 'too-slow' })
    }
  })

  it('[LM41] whose body does not come in time is ended, and takes nobody else with it', async () => {
    const { port } = await start({ headersTimeoutMs: 200, requestTimeoutMs: 400 })
    const open = await RawSocket.shakeHands(port)
    await answerTo(port, 'POST /api/files?doc=story HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx')
    await answerTo(port, 'POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx')
    // A WebSocket is no request any more.
    open.write(clientFrame(Opcode.ping, Buffer.from('still')))
    for (;;) {
      const { opcode, payload } = await open.nextFrame()
      if (opcode !== Opcode.pong) continue
      expect(payload.toString()).toBe('still')
      break
    }
    open.end()
  })

  it('[LM41] that is none is answered with 400', async () => {
    const { port } = await start()
    const answer = await answerTo(port, 'no request at all\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: 'malformed' })
  })
})

describe('connections without a request', () => {
  it('[LM43] keep nobody out: one too many costs the one its place that has waited longest', async () => {
    const { port, url } = await start({ maxWaitingSockets: 10 })
    const connected = await RawSocket.shakeHands(port)
    const idle = []
    for (let i = 0; i < 10; i++) idle.push(await RawSocket.open(port))
    expect(await arrive(port, '/story')).toBe('step1')
    expect((await fetch(`${url}/livez`)).status).toBe(200)
    // The oldest had to go; who has asked for something stays.
    expect(await idle[0]?.everything()).toBe('')
    idle.at(-1)?.write(Buffer.from('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'))
    expect(await idle.at(-1)?.everything()).toMatch(/^HTTP\/1\.1 200 /)
    connected.write(clientFrame(Opcode.ping, Buffer.from('x')))
    expect((await connected.nextFrame()).opcode).toBeDefined()
    for (const raw of [...idle, connected]) raw.end()
  })

  it('[LM43] nor do those that were answered and ask nothing more', async () => {
    const { port } = await start({ maxWaitingSockets: 10 })
    const all = []
    for (let i = 0; i < 12; i++) {
      const raw = await RawSocket.open(port)
      raw.write(Buffer.from('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'))
      all.push(raw)
    }
    expect(await all[0]?.everything()).toMatch(/^HTTP\/1\.1 200 /)
    for (const raw of all) raw.end()
  })
})

describe('a client that has not logged in yet', () => {
  it('[LM44] is sent away when its login takes too long, and may come back', async () => {
    const { port } = await start({ secret: SECRET, authorizeUrl: await silentBackend(), authTimeoutMs: 200 })
    const raw = await RawSocket.shakeHands(port)
    expect(await raw.closeCode()).toBe(1013)
    raw.end()
    // A token of one's own needs no backend.
    expect(await arriveWith(port, tokenOf({ sub: 'ada', doc: 'story', role: 'write' }))).toBe('step1')
  })

  it('[LM45] is not read from, and what it says meanwhile counts once it is in', async () => {
    const world = new World({ login: { secret: SECRET } })
    const peer = world.peer()
    const socket = world.connect(peer, 'story', undefined, { token: tokenOf({ sub: 'ada', doc: 'story', role: 'write' }, world.clock.date()) })
    peer.type(0, 'early')
    const waiting = socket.underWayToServer
    expect(waiting).toBeGreaterThan(1)
    expect(socket.deliverToServer()).toBe(0)
    expect(socket.underWayToServer).toBe(waiting)
    await world.settle()
    expect((await world.newcomer('story', { token: tokenOf({ sub: 'bob', doc: 'story', role: 'read' }, world.clock.date()) })).reads).toBe('early')
    world.end()
  })
})
