/**
 * Rules AC40 to AC42: nobody writes in the name of somebody else (RELIABILITY: rows of squatting). On a virtual clock.
 */
import { encodeUpdate, encodeStep2 } from '@cowrite/protocol'
import * as encoding from 'lib0/encoding'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { Peer } from '../support/peer.js'
import { World } from '../support/room-world.js'
import { SECRET, tokenOf } from '../support/tokens.js'

let world: World
beforeEach(() => {
  world = new World({ login: { secret: SECRET } })
})
afterEach(() => world.end())

const join = (sub: string, client?: number): Promise<Peer> => comeBack(world.peer(client), sub)
async function comeBack(peer: Peer, sub: string): Promise<Peer> {
  await world.join(peer, 'story', { token: tokenOf({ sub }, world.clock.date()) })
  return peer
}

/** Somebody who does not answer questions as a client does, but sends the same again. */
async function insistent(): Promise<Peer> {
  const eve = await join('eve')
  eve.received = () => {}
  return eve
}

/** An update that holds nothing but a GC struct of this many clocks. */
function garbage(client: number, clock: number, length: number): Uint8Array {
  return encoding.encode((encoder) => {
    for (const number of [1, 1, client, clock]) encoding.writeVarUint(encoder, number)
    encoding.writeUint8(encoder, 0)
    encoding.writeVarUint(encoder, length)
    encoding.writeVarUint(encoder, 0)
  })
}

/** An update that deletes these clocks. */
function deletion(client: number, clock: number, length: number): Uint8Array {
  return encoding.encode((encoder) => {
    for (const number of [0, 1, client, 1, clock, length]) encoding.writeVarUint(encoder, number)
  })
}

const storedText = async (): Promise<string> => (await world.stored()).getText('text').toString()

describe('the client id of somebody who is here', () => {
  it.each(['live', 'in a step 2'])('[AC40] [AC41] takes nothing from another user, %s; the owner goes on typing', async (how) => {
    const ada = await join('ada')
    ada.type(0, 'Ada')
    await world.settle()
    const eve = await join('eve')
    const encode = how === 'live' ? encodeUpdate : encodeStep2
    for (const length of [1, 1_000_000_000]) {
      eve.send(encode(garbage(ada.client, 3, length)))
      await world.pass(100)
    }
    const client = ada.client
    ada.type(3, ' types on')
    await world.pass(60_000)
    expect(ada.client).toBe(client)
    expect(await storedText()).toBe('Ada types on')
    expect((await join('bob')).reads).toBe('Ada types on')
  })

  it('[AC40] is protected before its first key, from the caret on', async () => {
    const ada = await join('ada')
    ada.awareness.setLocalState({ user: { name: 'Ada' } })
    await world.settle()
    const eve = await join('eve')
    eve.send(encodeUpdate(garbage(ada.client, 0, 1_000)))
    eve.send(encodeStep2(garbage(ada.client, 0, 1_000)))
    await world.settle()
    ada.type(0, 'first')
    await world.settle()
    expect(await storedText()).toBe('first')
  })

  it('[AC40] a reader who shows a caret under it keeps its owner from nothing', async () => {
    const eve = world.peer(55)
    await world.join(eve, 'story', { token: tokenOf({ sub: 'eve', doc: 'story', role: 'read' }, world.clock.date()) })
    eve.awareness.setLocalState({ user: { name: 'Ada' } })
    await world.settle()
    const ada = await join('ada', 55)
    ada.type(0, 'Ada')
    await world.pass(60_000)
    expect(ada.isConnected).toBe(true)
    expect(await storedText()).toBe('Ada')
  })

  it('[AC41] whoever insists is closed with 4403, after half a minute', async () => {
    const ada = await join('ada')
    ada.type(0, 'Ada')
    await world.settle()
    const eve = await insistent()
    for (let second = 0; second < 40 && eve.isConnected; second++) {
      eve.send(encodeStep2(garbage(ada.client, 3, 9)))
      ada.type(0, '.')
      await world.pass(1_000)
    }
    expect(eve.closedWith).toBe(4403)
    expect(ada.isConnected).toBe(true)
  })

  it('[AC41] who really has more of it, from another transport, keeps its connection, and all comes through', async () => {
    const ada = await join('ada')
    ada.type(0, 'Ada')
    await world.settle()
    const relay = await join('rob')
    const adas = [...world.sockets][0]
    if (!adas) throw new Error('no socket')
    // Ada's own word is still under way when the same comes over rob.
    world.sockets.delete(adas)
    ada.type(3, ' again')
    Y.applyUpdate(relay.doc, Y.encodeStateAsUpdate(ada.doc), 'another transport')
    relay.type(0, 'Rob and ')
    const question = relay.ask()
    await world.pass(500)
    expect(relay.saved).toEqual([])
    world.sockets.add(adas)
    await world.pass(2_000)
    expect(await storedText()).toBe('Rob and Ada again')
    expect(relay.saved).toEqual([question])
    expect(relay.isConnected).toBe(true)
  })

  it('[AC41] is free for a step 2 once its connection turns out to be dead', async () => {
    const ada = await join('ada')
    ada.type(0, 'Ada')
    await world.settle()
    const relay = await join('rob')
    ada.type(3, ' lost')
    ;[...world.sockets][0]?.die()
    Y.applyUpdate(relay.doc, Y.encodeStateAsUpdate(ada.doc), 'another transport')
    await world.pass(5_000)
    expect(await storedText()).toBe('Ada lost')
  })
})

describe('the client id of somebody who has left', () => {
  it('[AC42] takes nothing from another user live, but what the server lacks in a step 2', async () => {
    const ada = await join('ada')
    ada.type(0, 'Ada')
    await world.settle()
    const bob = await join('bob')
    // A server that lost its last second: only Bob still has what Ada wrote then.
    ada.type(3, ' and more')
    const all = Y.encodeStateAsUpdate(ada.doc)
    ;[...world.sockets][0]?.reset()
    await world.settle()
    bob.send(encodeUpdate(all))
    await world.settle()
    expect(await storedText()).toBe('Ada')
    bob.send(encodeStep2(all))
    await world.settle()
    expect(await storedText()).toBe('Ada and more')
  })

  it('[AC42] is its user\'s again with the next connection', async () => {
    const ada = await join('ada')
    ada.type(0, 'Ada')
    await world.settle()
    ;[...world.sockets][0]?.reset()
    await world.settle()
    await comeBack(ada, 'ada')
    ada.type(3, ' is back')
    await world.settle()
    expect(await storedText()).toBe('Ada is back')
  })
})

describe('what does not exist', () => {
  it.each([
    ['clocks far beyond what is known', (client: number) => garbage(client, 1_000_000, 1)],
    ['a deletion of what will be typed', (client: number) => deletion(client, 3, 1_000)],
    ['a deletion under an unknown id', () => deletion(77, 0, 5)],
  ])('[AC43] %s is a gap: nothing is stored, and who cannot fill it is closed', async (_what, forge) => {
    const ada = await join('ada')
    ada.type(0, 'Ada')
    await world.settle()
    const eve = await insistent()
    for (let i = 0; i < 5 && eve.isConnected; i++) {
      eve.send(encodeUpdate(forge(ada.client)))
      eve.send(encodeStep2(forge(ada.client)))
      await world.settle()
    }
    expect(eve.closedWith).toBe(4400)
    ada.type(3, ' types on')
    await world.settle()
    expect(await storedText()).toBe('Ada types on')
    expect((await world.disk.load('story'))?.tail.length).toBe(2)
  })
})

describe('where nobody logs in', () => {
  it('[AC42] all are one user: any client may bring any changes', async () => {
    world = new World()
    const ada = await world.newcomer()
    const bob = await world.newcomer()
    ada.type(0, 'Ada')
    await world.settle()
    const copy = new Y.Doc()
    copy.clientID = ada.client
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(ada.doc))
    copy.getText('text').insert(3, ' by Bob')
    bob.send(encodeUpdate(Y.encodeStateAsUpdate(copy)))
    await world.settle()
    expect(await storedText()).toBe('Ada by Bob')
  })
})
