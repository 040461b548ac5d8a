/**
 * Rules AC30 to AC32: tokens end, are renewed and are taken back while a connection is open. On a virtual clock.
 */
import { encodeToken } from '@cowrite/protocol'
import {
  Connection, defaultSettings, forgottenAtTheEnd, Heartbeat, LiveAccess, makeDoor, Revocations, yWebsocketCodec,
} from '@cowrite/server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Peer } from '../support/peer.js'
import { QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'
import { SECRET, tokenOf } from '../support/tokens.js'
import { VirtualClock } from '../support/virtual-clock.js'

let world: World
beforeEach(() => {
  world = new World({ login: { secret: SECRET } })
})
afterEach(() => world.end())

const tokenNow = (claims: Record<string, unknown> = {}): string => tokenOf(claims, world.clock.date())
/** Seconds since 1970 from now. */
const inSeconds = (seconds: number): number => Math.floor(world.clock.date() / 1000) + seconds
const join = (claims: Record<string, unknown> = {}, document = 'story'): Promise<Peer> =>
  world.newcomer(document, { token: tokenNow(claims), speaksCowrite: true })

describe('the end of a token', () => {
  it('[AC30] closes the connection with 4401, within 5 s and not before', async () => {
    const peer = await join({ exp: inSeconds(60) })
    peer.type(0, 'still here')
    await world.pass(60_000)
    expect(peer.isConnected).toBe(true)
    await world.pass(5_000)
    expect(peer.closedWith).toBe(4401)
  })

  it('[AC30] does so also while the document is being loaded', async () => {
    world.faults.plan = ({ verb }) => (verb === 'load' ? { kind: 'stall' } : undefined)
    const peer = await join({ exp: inSeconds(60) })
    expect(world.faults.stalled).toBe(1)
    await world.pass(65_000)
    expect(peer.closedWith).toBe(4401)
    world.faults.release()
    await world.settle()
    // Nothing but what keeps a connection alive.
    expect(peer.heard.filter(({ payload }) => payload.length > 1)).toEqual([])
  })

  it('[AC30] is kept also where it lies beyond what one timer can wait', async () => {
    // Without rooms and heartbeats, which would ring ten million times.
    const clock = new VirtualClock()
    const settings = { ...defaultSettings(), secret: SECRET }
    const revocations = new Revocations(forgottenAtTheEnd, clock, settings.maxTokenAgeMs)
    const door = makeDoor(settings, { clock, log: world.log, revocations })
    const live = new LiveAccess({ ...settings, door, revocations, clock, rooms: { enter: async () => {} } })
    const socket = new QueuedSocket(world.peer())
    const connection = new Connection({ id: '1', socket, codec: yWebsocketCodec, clock, log: world.log, heartbeat: new Heartbeat(new VirtualClock()), sendBudgetBytes: 1_024, rates: settings, onClosed: () => {} })
    const days = 30 * 86_400_000
    await live.enter('story', connection, tokenOf({ exp: Math.floor((clock.date() + days) / 1000) }, clock.date()))
    while (clock.ringNext(days)) expect(connection.isClosed).toBe(false)
    while (clock.ringNext(days + 5_000)) continue
    expect(connection.isClosed).toBe(true)
  })
})

describe('a renewal', () => {
  it('[AC31] on the live connection goes on without a reconnect, and tells the new end', async () => {
    const peer = await join({ exp: inSeconds(60) })
    await world.pass(40_000)
    peer.send(encodeToken(tokenNow({ exp: inSeconds(60) })))
    await world.pass(50_000)
    expect(peer.isConnected).toBe(true)
    expect(peer.notices.map(({ expiresIn }) => expiresIn)).toEqual([64_000, 64_000])
    await world.pass(15_000)
    expect(peer.closedWith).toBe(4401)
  })

  it('[AC31] may change the role at once', async () => {
    const peer = await join()
    peer.send(encodeToken(tokenNow({ doc: 'story', role: 'read' })))
    await world.settle()
    expect(peer.notices.at(-1)).toMatchObject({ role: 'read' })
    peer.type(0, 'x')
    await world.settle()
    expect(peer.notices.at(-1)).toMatchObject({ denied: true })
    peer.send(encodeToken(tokenNow({ rights: [] })))
    await world.settle()
    expect(peer.closedWith).toBe(4403)
  })

  it.each([
    ['that is not valid', () => tokenOf({}, Date.now(), 'x'.repeat(40))],
    ['of another user', () => tokenNow({ sub: 'eve' })],
  ])('[AC31] with a token %s is refused, and the one before goes on counting', async (_what, bad) => {
    const peer = await join({ exp: inSeconds(60) })
    peer.send(encodeToken(bad()))
    await world.settle()
    expect(peer.notices.at(-1)).toMatchObject({ role: 'write', user: { id: 'ada' }, refused: 'unauthenticated' })
    peer.type(0, 'still may')
    await world.settle()
    expect((await world.stored()).getText('text').toString()).toBe('still may')
    await world.pass(65_000)
    expect(peer.closedWith).toBe(4401)
  })

  it('[AC31] by many tokens at once looks at one at a time, and the last one counts', async () => {
    const peer = await join()
    for (let i = 0; i < 500; i++) peer.send(encodeToken(tokenNow({ name: `n${i}` })))
    await world.settle()
    expect(peer.notices.at(-1)).toMatchObject({ user: { name: 'n499' } })
    expect(peer.notices.length).toBeLessThan(10)
  })

  it('[AC35] half an hour on tokens of one minute: no interruption, nothing lost, for two who type', async () => {
    const peers = [await join({ exp: inSeconds(60), sub: 'ada' }), await join({ exp: inSeconds(60), sub: 'bob' })]
    const names = ['ada', 'bob']
    for (let second = 0; second < 1_800; second += 5) {
      for (const [i, peer] of peers.entries()) {
        peer.type(peer.reads.length, `${names[i]}${second};`)
        if (second % 45 === 40) peer.send(encodeToken(tokenNow({ exp: inSeconds(60), sub: names[i] })))
      }
      await world.pass(5_000)
    }
    for (const peer of peers) {
      expect(peer.isConnected).toBe(true)
      expect(peer.closedWith).toBeUndefined()
    }
    const text = (await world.stored()).getText('text').toString()
    for (const name of names) expect(text.match(new RegExp(`${name}\\d+;`, 'g'))).toHaveLength(360)
    expect(peers.map(({ reads }) => reads)).toEqual([text, text])
  })
})

describe('a right that is taken back', () => {
  it('[AC32] acts on open connections at once, on that user and document alone', async () => {
    const ada = await join({ sub: 'ada' })
    const bob = await join({ sub: 'bob' })
    const elsewhere = await join({ sub: 'ada' }, 'other')
    const remembered = world.live.restrict('story', 'ada', 'none')
    await world.settle()
    await remembered
    expect(ada.closedWith).toBe(4403)
    expect([bob.isConnected, elsewhere.isConnected]).toEqual([true, true])
    bob.type(0, 'on I go')
    await world.settle()
    expect((await world.stored()).getText('text').toString()).toBe('on I go')
  })

  it('[AC32] holds against tokens from before, not against those from after', async () => {
    const before = tokenNow({ sub: 'ada' })
    await world.live.restrict('story', 'ada', 'none')
    const again = await world.newcomer('story', { token: before })
    expect(again.closedWith).toBe(4403)
    const peer = await join({ sub: 'ada' })
    expect(peer.closedWith, 'issued in the same second').toBe(4403)
    await world.pass(1_000)
    expect((await join({ sub: 'ada' })).isConnected).toBe(true)
    const late = await world.newcomer('story', { token: before })
    expect(late.closedWith).toBe(4403)
  })

  it('[AC32] holds against a renewal with an old token', async () => {
    const old = tokenNow({ sub: 'ada' })
    await world.pass(2_000)
    const peer = await join({ sub: 'ada' })
    await world.live.restrict('story', 'ada', 'read')
    await world.settle()
    expect(peer.notices.at(-1)).toMatchObject({ role: 'read' })
    peer.send(encodeToken(old))
    await world.settle()
    expect(peer.notices.at(-1)).toMatchObject({ role: 'read' })
    await world.pass(1_000)
    peer.send(encodeToken(tokenNow({ sub: 'ada' })))
    await world.settle()
    expect(peer.notices.at(-1)).toMatchObject({ role: 'write' })
  })
})
