/**
 * Rules PR: who is here. Stories on a virtual clock.
 */
import { decodeAwareness, encodeAwareness, encodeAwarenessStates } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeAwarenessUpdate } from 'y-protocols/awareness'
import type { Peer } from '../support/peer.js'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.end())

/** A client who shows a caret. */
async function present(name: string): Promise<Peer> {
  const peer = await world.newcomer()
  peer.awareness.setLocalStateField('user', name)
  await world.settle()
  return peer
}

const stateSeenBy = (peer: Peer, client: number): unknown => peer.awareness.getStates().get(client)
const says = (client: number, clock: number, state: string | undefined): Uint8Array =>
  encodeAwareness(encodeAwarenessStates([{ client, clock, state }]))

describe('a client id', () => {
  it('[PR1] belongs to the connection that brought it: nobody else changes or removes it', async () => {
    const [ada, eve, bob] = [await present('Ada'), await present('Eve'), await present('Bob')]
    for (const [clock, state] of [[1, '{"user":"Evil"}'], [50, '{"user":"Evil"}'], [Number.MAX_SAFE_INTEGER, '{}'], [99, undefined]] as const) {
      eve.send(says(ada.client, clock, state))
      await world.pass(3_000)
      expect(stateSeenBy(bob, ada.client)).toEqual({ user: 'Ada' })
      expect(ada.awareness.getLocalState()).toEqual({ user: 'Ada' })
    }
    ada.awareness.setLocalStateField('user', 'Ada L.')
    await world.settle()
    expect(stateSeenBy(bob, ada.client)).toEqual({ user: 'Ada L.' })
  })

  it('[PR2] is gone for everybody else when its connection ends', async () => {
    const [ada, bob, eve] = [await present('Ada'), await present('Bob'), await present('Eve')]
    expect(bob.sees).toEqual([ada.client, eve.client].sort((a, b) => a - b))
    const [first, , third] = world.sockets
    first?.leave()
    third?.reset()
    await world.settle()
    expect(bob.sees).toEqual([])
    const late = await world.newcomer()
    expect(late.sees).toEqual([bob.client])
  })

  it('[PR2] is gone also for one who was too slow to read at that time', async () => {
    world = new World({ sendBudgetBytes: 1_024 })
    const [ada, slow, bob] = [await present('Ada'), await present('Slow'), await present('Bob')]
    const [adas, slows, bobs] = world.sockets
    const everywhereElse = async (): Promise<void> => {
      for (let i = 0; i < 5; i++) {
        await world.turn()
        for (const socket of [adas, bobs]) {
          socket?.deliverToServer()
          socket?.deliverToClient()
        }
        while (world.clock.ringNext()) continue
      }
    }
    bob.type(0, 'x'.repeat(2_000))
    await everywhereElse()
    bob.type(0, 'y'.repeat(2_000))
    adas?.leave()
    await everywhereElse()
    expect(bob.sees).toEqual([slow.client])
    expect(slow.sees).toContain(ada.client)
    slows?.deliverToClient()
    await world.settle()
    expect(slow.reads).toBe(bob.reads)
    expect(slow.sees).toEqual([bob.client])
  })

  it('[PR3] is not changed by those who pass on what they heard, also when its owner has just left', async () => {
    const [ada, bob, eve] = [await present('Ada'), await present('Bob'), await present('Eve')]
    const echo = encodeAwareness(encodeAwarenessUpdate(bob.awareness, [ada.client]))
    bob.send(echo)
    await world.settle()
    const [adas] = world.sockets
    adas?.leave()
    await world.settle()
    expect(eve.sees).toEqual([bob.client])
    // A stock client sends everything back that it hears; this one is late with it.
    bob.send(echo)
    await world.settle()
    expect(eve.sees).toEqual([bob.client])
    expect((await world.newcomer()).sees).toEqual([bob.client, eve.client].sort((a, b) => a - b))
  })

  it('[PR3] is not taken by a client without a state of its own, whose first words are an echo', async () => {
    const [ada, bob] = [await present('Ada'), await present('Bob')]
    const viewer = world.peer()
    viewer.awareness.setLocalState(null)
    await world.join(viewer)
    await world.pass(1_000)
    expect(viewer.sees).toEqual([ada.client, bob.client].sort((a, b) => a - b))
    const [adas] = world.sockets
    adas?.leave()
    await world.settle()
    expect(bob.sees).toEqual([])
    expect(viewer.sees).toEqual([bob.client])
  })

  it('[PR4] is taken over by its client coming back, when the old connection fails to answer for 2 s', async () => {
    const [ada, bob] = [await present('Ada'), await present('Bob')]
    const [adas] = world.sockets
    adas?.die()
    await world.join(ada)
    await world.pass(1_900)
    expect(bob.sees).toEqual([ada.client])
    await world.pass(200)
    expect(stateSeenBy(bob, ada.client)).toEqual({ user: 'Ada' })
    expect(world.connections.size).toBe(2)
    ada.awareness.setLocalStateField('user', 'Ada is back')
    await world.settle()
    expect(stateSeenBy(bob, ada.client)).toEqual({ user: 'Ada is back' })
  })

  it('[PR4] stays with an owner who answers, and goes when that one goes', async () => {
    const [ada, eve, bob] = [await present('Ada'), await present('Eve'), await present('Bob')]
    eve.send(says(ada.client, 40, '{"user":"Evil"}'))
    await world.pass(5_000)
    expect(stateSeenBy(bob, ada.client)).toEqual({ user: 'Ada' })
    const [adas] = world.sockets
    adas?.leave()
    await world.settle()
    expect(bob.sees).toEqual([eve.client])
  })

  it('[PR5] is one of sixteen at most for a connection', async () => {
    const [bot, bob] = [await world.newcomer(), await present('Bob')]
    bot.awareness.setLocalState(null)
    for (let i = 1; i <= 30; i++) bot.send(says(i, 1, '{}'))
    await world.settle()
    expect(bob.sees.length).toBe(16)
    bot.send(says(1, 2, undefined))
    bot.send(says(30, 1, '{}'))
    await world.settle()
    expect(bob.sees).toHaveLength(16)
    expect(bob.sees).toContain(30)
  })
})

describe('presence', () => {
  it('[PR6] goes out as one frame a beat, with the latest state of each', async () => {
    const [ada, bob, eve] = [await present('Ada'), await present('Bob'), await present('Eve')]
    eve.heard.length = 0
    for (let caret = 0; caret < 20; caret++) {
      ada.awareness.setLocalStateField('caret', caret)
      bob.awareness.setLocalStateField('caret', caret)
    }
    await world.settle()
    expect(eve.heard.map(({ type }) => type)).toEqual(['awareness'])
    const entries = decodeAwareness(eve.heard[0]?.payload as Uint8Array)
    const expected = [[ada.client, '{"user":"Ada","caret":19}'], [bob.client, '{"user":"Bob","caret":19}']]
    expect(entries.map(({ client, state }) => [client, state]).sort()).toEqual(expected.sort())
  })

  it('[PR6] does not wait for the disk', async () => {
    const [ada, bob] = [await present('Ada'), await present('Bob')]
    world.faults.plan = () => ({ kind: 'stall' })
    ada.type(0, 'stuck')
    ada.awareness.setLocalStateField('caret', 5)
    await world.pass(25)
    expect(stateSeenBy(bob, ada.client)).toEqual({ user: 'Ada', caret: 5 })
    expect(bob.reads).toBe('')
  })

  it('[PR7] of a connection from which nothing comes ends within 35 s', async () => {
    const [ada, bob] = [await present('Ada'), await present('Bob')]
    const [adas] = world.sockets
    adas?.die()
    await world.pass(29_000)
    expect(bob.sees).toEqual([ada.client])
    await world.pass(6_000)
    expect(bob.sees).toEqual([])
    expect(world.connections.size).toBe(1)
  })

  it('[PR7] of a connection that only answers pings goes on', async () => {
    const [ada, bob] = [await present('Ada'), await present('Bob')]
    await world.pass(300_000)
    expect(bob.sees).toEqual([ada.client])
    expect(world.connections.size).toBe(2)
  })

  it('[PR2, PR4] has no ghosts after a thousand visits that end in every way', async () => {
    const bob = await present('Bob')
    for (let i = 0; i < 1_000; i++) {
      const visitor = world.peer(10_000 + (i % 100))
      const socket = world.connect(visitor)
      if (i % 2 === 0) await world.settle()
      if (i % 3 === 0) socket.leave()
      else if (i % 3 === 1) socket.reset()
      else socket.die()
      if (i % 100 === 99) await world.pass(3_000)
    }
    await world.pass(40_000)
    expect(bob.sees).toEqual([])
    expect(world.connections.size).toBe(1)
  })
})
