/**
 * Rule ME7: many who come at once cost little more than one. Stories on a virtual clock.
 */
import { encodeStep1 } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Peer } from '../support/peer.js'
import { QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World({ compactAfterUpdates: 10 })
})
afterEach(() => world.end())

/** Somebody who writes a document that is compacted then. */
async function authorOf(): Promise<Peer> {
  const author = await world.newcomer()
  for (let i = 0; i < 10; i++) {
    author.type(0, `${i} and more. `)
    author.erase(0, 1)
    await world.settle()
  }
  return author
}

function theRoom() {
  const [room] = world.rooms
  if (!room) throw new Error('no room is open')
  return room
}

describe('many who ask the same', () => {
  /** Connects somebody who watches which arrays of messages the server passes. */
  async function join(peer = world.peer()): Promise<readonly (readonly Uint8Array[])[]> {
    const socket = new QueuedSocket(peer)
    const send = vi.spyOn(socket, 'send')
    world.connect(peer, 'story', socket)
    await world.settle()
    socket.leave()
    await world.settle()
    return send.mock.calls.map(([messages]) => messages)
  }

  it('[ME7] get the same messages, made once, until the document changes', async () => {
    const author = await authorOf()
    await world.pass(3_000)
    const encode = vi.spyOn(theRoom().state, 'diff')
    const silent = (): Peer => {
      const peer = world.peer()
      peer.awareness.setLocalState(null)
      return peer
    }
    await join(silent())
    const [first, second] = [await join(silent()), await join(silent())]
    expect([first[0] === second[0], first[1] === second[1]]).toEqual([true, true])
    expect(encode).toHaveBeenCalledTimes(2)
    const back = silent()
    for (let visits = 0; visits < 2; visits++) await join(back)
    const [third, fourth] = [await join(back), await join(back)]
    expect(third[1]).toBe(fourth[1])
    expect(third[1]).not.toBe(first[1])
    expect(encode).toHaveBeenCalledTimes(4)
    author.type(0, 'changed')
    await world.settle()
    const fifth = await join(silent())
    expect(fifth[0]).not.toBe(first[0])
    expect(fifth[1]).not.toBe(first[1])
    expect(encode).toHaveBeenCalledTimes(5)
  })

  it('[SY1] [ME7] who come together get the same greeting, and are told of each other by the next frame', async () => {
    const author = await authorOf()
    const crowd = [world.peer(), world.peer()]
    for (const { awareness, client } of [author, ...crowd]) awareness.setLocalState({ name: `client ${client}` })
    await world.settle()
    const sent = new Map<QueuedSocket, (readonly Uint8Array[])[]>()
    for (const peer of crowd) {
      const socket = new QueuedSocket(peer)
      const send = vi.spyOn(socket, 'send')
      world.connect(peer, 'story', socket)
      await world.turn()
      // It says who it is before anybody else comes, and no beat tells of it meanwhile.
      socket.deliverToServer()
      await world.turn()
      sent.set(socket, send.mock.calls.map(([messages]) => messages))
    }
    const [first, second] = [...sent.values()]
    expect(first?.[0]).toHaveLength(2)
    expect(second?.[0]).toBe(first?.[0])
    await world.settle()
    const [a, b] = crowd.map(({ client }) => client)
    const sees = crowd.map((peer) => new Set(peer.sees))
    expect(sees).toEqual([new Set([author.client, b]), new Set([author.client, a])])
  })

  it('[ME7] are forgotten soon after the last of them', async () => {
    const author = await authorOf()
    await world.pass(3_000)
    const encode = vi.spyOn(theRoom().state, 'diff')
    for (let asked = 0; asked < 5; asked++) {
      author.send(encodeStep1(Uint8Array.of(0)))
      await world.pass(900)
    }
    expect(encode).toHaveBeenCalledTimes(2)
    const held = world.rooms.snapshotBytes
    await world.pass(2_000)
    expect(world.rooms.snapshotBytes).toBeLessThan(held)
    author.send(encodeStep1(Uint8Array.of(0)))
    await world.settle()
    expect(encode).toHaveBeenCalledTimes(3)
  })
})
