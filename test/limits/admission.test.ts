/**
 * Rules LM10 to LM14: how many connections there may be. The parts on a virtual clock, the refusals at a real server.
 */
import { Admission, type AdmissionLimits, defaultSettings, Refused } from '@cowrite/server'
import { afterEach, describe, expect, it } from 'vitest'
import { arrive } from '../security/support.js'
import type { Peer } from '../support/peer.js'
import { RawSocket } from '../support/raw-socket.js'
import { World } from '../support/room-world.js'
import { useServers } from '../support/running-server.js'
import { SECRET, tokenOf } from '../support/tokens.js'
import { VirtualClock } from '../support/virtual-clock.js'

const start = useServers()

let world: World | undefined
afterEach(() => {
  world?.end()
  world = undefined
})

const admission = (limits: Partial<AdmissionLimits>, clock = new VirtualClock()): Admission => new Admission({ ...defaultSettings(), ...limits }, clock)
const codeOf = (work: () => void): string | undefined => {
  try {
    work()
    return undefined
  } catch (error) {
    return error instanceof Refused ? error.code : String(error)
  }
}

describe('counting', () => {
  it('[LM10] in all, and whoever leaves makes room', () => {
    const crowd = admission({ maxConnections: 2 })
    const [a, b] = [{}, {}]
    for (const one of [a, b]) {
      expect(crowd.refusalOf('192.0.2.1')).toBeUndefined()
      crowd.arrived(one, '192.0.2.1')
    }
    expect(crowd.refusalOf('192.0.2.2')).toBe('overloaded')
    expect(crowd.refusalOf(undefined)).toBe('overloaded')
    crowd.left(a)
    crowd.left(a)
    expect(crowd.refusalOf('192.0.2.2')).toBeUndefined()
    crowd.arrived(a, undefined)
    expect(crowd.refusalOf('192.0.2.2')).toBe('overloaded')
  })

  it('[LM11] of one address, and of no other', () => {
    const crowd = admission({ maxConnectionsPerAddress: 2 })
    const all = [{}, {}, {}]
    for (const one of all.slice(0, 2)) crowd.arrived(one, '192.0.2.1')
    expect(crowd.refusalOf('192.0.2.1')).toBe('too-many-connections')
    expect(crowd.refusalOf('192.0.2.2')).toBeUndefined()
    expect(crowd.refusalOf(undefined)).toBeUndefined()
    crowd.left(all[0] ?? {})
    expect(crowd.refusalOf('192.0.2.1')).toBeUndefined()
  })

  it('[LM12] of one user and in one document, once it is known who that is', () => {
    const crowd = admission({ maxConnectionsPerUser: 2, maxConnectionsPerDocument: 3 })
    const all = Array.from({ length: 6 }, () => ({}))
    for (const one of all) crowd.arrived(one, undefined)
    const enters = (at: number, document: string, user: string | undefined) => codeOf(() => crowd.enters(all[at] ?? {}, document, user))
    expect([enters(0, 'a', 'ada'), enters(1, 'b', 'ada'), enters(2, 'c', 'ada')]).toEqual([undefined, undefined, 'too-many-connections'])
    expect([enters(2, 'a', 'bob'), enters(3, 'a', undefined), enters(4, 'a', 'eve')]).toEqual([undefined, undefined, 'too-many-connections'])
    // What was refused is counted nowhere.
    crowd.left(all[4] ?? {})
    crowd.left(all[0] ?? {})
    expect([enters(5, 'a', 'ada')]).toEqual([undefined])
    for (const one of all) crowd.left(one)
    expect(crowd.size).toEqual({ all: 0, addresses: 0, users: 0, documents: 0 })
  })

  it('[LM13] how many one opens in a minute, all at once or one after the other', () => {
    const clock = new VirtualClock()
    const crowd = admission({ maxOpensPerMinute: 60 }, clock)
    const asked = (address: string) => crowd.refusalOf(address)
    for (let i = 0; i < 60; i++) expect(asked('192.0.2.1')).toBeUndefined()
    expect(asked('192.0.2.1')).toBe('too-many-connections')
    expect(asked('192.0.2.2')).toBeUndefined()
    clock.spend(1_000)
    expect(asked('192.0.2.1')).toBeUndefined()
    expect(asked('192.0.2.1')).toBe('too-many-connections')
    const one = {}
    crowd.arrived(one, undefined)
    for (let i = 0; i < 60; i++) expect(codeOf(() => crowd.enters(one, `d${i}`, 'ada'))).toBeUndefined()
    expect(codeOf(() => crowd.enters(one, 'd', 'ada'))).toBe('too-many-connections')
    expect(codeOf(() => crowd.enters(one, 'd', 'bob'))).toBeUndefined()
  })

  it('[LM13] remembers only those who opened something lately', () => {
    const clock = new VirtualClock()
    const crowd = admission({ maxOpensPerMinute: 60 }, clock)
    for (let i = 0; i < 100_000; i++) {
      crowd.refusalOf(`198.51.100.${i}`)
      clock.spend(10)
    }
    // One each 10 ms, and each counts for a second.
    expect(crowd.remembered).toBeLessThan(3_000)
  })
})

describe('a document and a user', () => {
  it('[LM12] that have enough close who comes then with 1013, and stay as they are', async () => {
    world = new World({ limits: { maxConnectionsPerDocument: 2 } })
    const there = [await world.newcomer(), await world.newcomer()]
    const late = await world.newcomer()
    expect(late.closedWith).toBe(1013)
    expect(there.map((peer) => peer.isConnected)).toEqual([true, true])
    expect((await world.newcomer('other')).isConnected).toBe(true)
    for (const socket of world.sockets) socket.leave()
    await world.settle()
    await world.join(late)
    expect(late.isConnected).toBe(true)
  })

  it('[LM12] nobody without a right to a document takes a place in it', async () => {
    world = new World({ login: { secret: SECRET }, limits: { maxConnectionsPerDocument: 1, maxConnectionsPerUser: 2 } })
    const now = world.clock.date()
    const join = (claims: Record<string, unknown>, document = 'story'): Promise<Peer> =>
      (world as World).newcomer(document, { token: tokenOf(claims, now) })
    const strangers = await Promise.all([join({ sub: 'eve', doc: 'other', role: 'write' }), join({ sub: 'eve', doc: 'other', role: 'write' })])
    expect(strangers.map(({ closedWith }) => closedWith)).toEqual([4403, 4403])
    expect((await join({ sub: 'ada' })).isConnected).toBe(true)
    expect((await join({ sub: 'bob' })).closedWith).toBe(1013)
    expect((await join({ sub: 'ada' }, 'b')).isConnected).toBe(true)
    expect((await join({ sub: 'ada' }, 'c')).closedWith).toBe(1013)
    expect((await join({ sub: 'bob' }, 'c')).isConnected).toBe(true)
  })
})

describe('a server', () => {
  const from = (address: string) => ({ 'X-Forwarded-For': address })

  it('[LM10] that has enough answers the handshake with 503', async () => {
    const { port } = await start({ maxConnections: 1 })
    const first = await RawSocket.shakeHands(port)
    const second = await RawSocket.open(port)
    const { status, headers, body } = await second.request('/story')
    expect([status, headers.get('retry-after')]).toEqual([503, '1'])
    expect(JSON.parse(body)).toMatchObject({ error: 'overloaded' })
    second.end()
    first.end()
    await expect.poll(() => arrive(port, '/story').catch(() => 'refused')).toBe('step1')
  })

  it('[LM11] answers one too many of an address with 429, and lets the others in', async () => {
    const { port } = await start({ maxConnectionsPerAddress: 2, trustProxy: 'loopback' })
    const there = [await RawSocket.shakeHands(port, '/a', from('192.0.2.1')), await RawSocket.shakeHands(port, '/b', from('192.0.2.1'))]
    const raw = await RawSocket.open(port)
    const { status, headers, body } = await raw.request('/a', from('192.0.2.1'))
    expect([status, headers.get('retry-after')]).toEqual([429, '1'])
    expect(JSON.parse(body)).toMatchObject({ error: 'too-many-connections' })
    raw.end()
    expect(await arrive(port, '/a', from('192.0.2.2'))).toBe('step1')
    for (const socket of there) socket.end()
  })

  it('[LM14] lets two hundred people of one address in, with its defaults', async () => {
    const { port } = await start({ trustProxy: '1' })
    const all = await Promise.all(Array.from({ length: 200 }, () => RawSocket.shakeHands(port, '/a', from('192.0.2.1'))))
    expect(all).toHaveLength(200)
    for (const socket of all) socket.end()
  })
})
