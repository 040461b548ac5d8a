/**
 * Rules LM30 to LM32: how much of its presence one client may show. On a virtual clock.
 */
import { type AwarenessEntry, decodeAwareness, encodeAwareness, encodeAwarenessStates } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Peer } from '../support/peer.js'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.end())

const says = (...entries: AwarenessEntry[]): Uint8Array => encodeAwareness(encodeAwarenessStates(entries))
const shows = (client: number, clock: number, shown: object | undefined): Uint8Array =>
  says({ client, clock, state: shown === undefined ? undefined : JSON.stringify(shown) })
/** What a peer was told of a client since then, oldest first. */
const told = (peer: Peer, client: number, since: number): AwarenessEntry[] =>
  peer.heard.slice(since).filter(({ type }) => type === 'awareness').flatMap(({ payload }) => decodeAwareness(payload)).filter((entry) => entry.client === client)

describe('a flood of states', () => {
  it('[LM30] of 1,000 in a second the others hear what the rate allows, and then the latest', async () => {
    const [eve, bob] = [await world.newcomer(), await world.newcomer()]
    await world.pass(10_000)
    const since = bob.heard.length
    for (let n = 1; n <= 1_000; n++) {
      eve.send(shows(eve.client, n, { n }))
      await world.pass(1)
    }
    // 60 at once, and 30 in the second.
    expect(told(bob, eve.client, since).length).toBeGreaterThan(60)
    expect(told(bob, eve.client, since).length).toBeLessThanOrEqual(92)
    await world.pass(100)
    expect(told(bob, eve.client, since).at(-1)?.state).toBe('{"n":1000}')
    expect(eve.isConnected).toBe(true)
  })

  it('[LM30] a caret that is dragged for a second is shown all the way, and one that moves ten times a second always', async () => {
    const [ada, bob] = [await world.newcomer(), await world.newcomer()]
    await world.pass(10_000)
    let clock = 0
    const move = async (times: number, every: number): Promise<number> => {
      const since = bob.heard.length
      for (let n = 0; n < times; n++) {
        ada.send(shows(ada.client, ++clock, { cursor: n }))
        await world.pass(every)
      }
      return told(bob, ada.client, since).length
    }
    expect(await move(60, 16)).toBe(60)
    expect(await move(300, 100)).toBe(300)
  })

  it('[LM30] going and coming on and on counts as well, and whoever is gone in the end is gone for all', async () => {
    const [eve, bob] = [await world.newcomer(), await world.newcomer()]
    await world.pass(10_000)
    const since = bob.heard.length
    for (let n = 1; n <= 1_000; n++) {
      eve.send(shows(eve.client, n, n % 2 === 0 ? undefined : { n }))
      await world.pass(1)
    }
    expect(told(bob, eve.client, since).length).toBeLessThanOrEqual(92)
    for (const socket of world.sockets) socket.leave()
    const late = await world.newcomer()
    await world.pass(1_000)
    expect(late.awareness.getStates().has(eve.client)).toBe(false)
    expect(bob.awareness.getStates().has(eve.client)).toBe(false)
  })

  it('[LM30] of one whose connection ends in the middle of it nothing is left', async () => {
    const [eve, bob] = [await world.newcomer(), await world.newcomer()]
    const socket = [...world.sockets][0]
    for (let n = 1; n <= 500; n++) {
      eve.send(shows(eve.client, n, { n }))
      await world.pass(1)
    }
    socket?.reset()
    await world.pass(1_000)
    expect(bob.awareness.getStates().has(eve.client)).toBe(false)
    expect([...world.rooms].map((room) => room.presence.size)).toEqual([1])
  })

  it('[LM31] large states count as many: no client makes the others read more than its share', async () => {
    const [eve, bob] = [await world.newcomer(), await world.newcomer()]
    await world.pass(10_000)
    const since = bob.heard.length
    const large = 'x'.repeat(16_000)
    for (let n = 1; n <= 1_000; n++) {
      eve.send(shows(eve.client, n, { n, large }))
      await world.pass(10)
    }
    const bytes = told(bob, eve.client, since).reduce((sum, { state = '' }) => sum + state.length, 0)
    // 60 kB at once and 30 kB a second, and one that goes beyond.
    expect(bytes).toBeLessThanOrEqual((60 + 30 * 10 + 16) * 1_024)
    await world.pass(1_000)
    expect(told(bob, eve.client, since).at(-1)?.state).toContain('"n":1000')
  })

  it('[LM31] the others lose nothing by it', async () => {
    const [eve, ada, bob] = [await world.newcomer(), await world.newcomer(), await world.newcomer()]
    await world.pass(10_000)
    const since = bob.heard.length
    for (let n = 1; n <= 200; n++) {
      for (let i = 0; i < 20; i++) eve.send(shows(eve.client, n * 20 + i, { n }))
      ada.send(shows(ada.client, n, { n }))
      await world.pass(50)
    }
    expect(told(bob, ada.client, since)).toHaveLength(200)
  })

  it('[LM32] of client ids without end few are remembered', async () => {
    const [eve, bob] = [await world.newcomer(), await world.newcomer()]
    for (let message = 0; message < 50; message++) {
      const ids = Array.from({ length: 1_000 }, (_, i) => 1_000_000 + message * 1_000 + i)
      eve.send(says(...ids.flatMap((client) => [{ client, clock: 1, state: '{}' }, { client, clock: 1, state: undefined }])))
      await world.pass(10)
    }
    expect(eve.isConnected).toBe(true)
    const [room] = world.rooms
    expect(decodeAwareness(room?.presence.everybodyAndWhoLeft() ?? Uint8Array.of(0)).length).toBeLessThan(100)
    expect(bob.isConnected).toBe(true)
  })
})
